import { utimesSync, writeFileSync } from 'node:fs';
import { State } from '@byoml/core/state';
import { runDue, trainNow, type Plan } from '@byoml/core/workspace';
import { open } from './small-workspace.ts';

/** What a child does, one step after the other; each may be done again after a kill. */
export type Step =
  | { readonly kind: 'run'; readonly at: number }
  | { readonly kind: 'write'; readonly path: string; readonly text: string; readonly time: number }
  | { readonly kind: 'shadow'; readonly at: number };

export interface Work {
  readonly folder: string;
  readonly name: string;
  readonly steps: readonly Step[];
  /** Where to die: at the n-th of these moments. */
  readonly kill?: { readonly moment: Moment; readonly count: number };
}

/** Moments between two writes. `record:models` is before a run with a new model is recorded: its folder is written. */
export type Moment = 'record:models' | 'recorded' | 'deliver' | 'delivered' | 'acknowledged';

const [mode, given = ''] = process.argv.slice(2);
// Whoever started this process may die without a word.
process.stdin.on('end', () => process.exit()).resume();

if (mode === 'hold') {
  const state = State.open(given);
  process.stdout.write('held\n');
  setInterval(() => state.runs({ limit: 1 }), 60_000);
} else {
  await work(JSON.parse(given) as Work);
  process.exit();
}

async function work({ folder, name, steps, kill }: Work): Promise<void> {
  let left = kill?.count ?? 0;
  const reached = (moment: Moment): void => {
    if (moment === kill?.moment && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
  watchState(reached);
  for (const step of steps) {
    await done(step, { folder, name, planned: (plan) => watchedSinks(plan, reached) });
    process.stdout.write('.');
  }
}

interface Doing {
  readonly folder: string;
  readonly name: string;
  readonly planned: (plan: Plan) => Plan;
}

async function done(step: Step, { folder, name, planned }: Doing): Promise<void> {
  if (step.kind === 'write') {
    writeFileSync(step.path, step.text);
    return utimesSync(step.path, new Date(step.time), new Date(step.time));
  }
  await using opened = await open(folder, name, { planned });
  const doing = { ...opened, clock: { now: () => new Date(step.at) }, run: opened.session.run };
  if (step.kind === 'run') await runDue(doing);
  else if (!opened.state.detection(name, 'shadow')) await trainNow(doing, 'shadow');
}

function watchState(reached: (moment: Moment) => void): void {
  const own = { commit: Reflect.get(State.prototype, 'commit') as State['commit'], acknowledge: Reflect.get(State.prototype, 'acknowledge') as State['acknowledge'] };
  State.prototype.commit = function (outcome) {
    if (outcome.models.length > 0) reached('record:models');
    const record = own.commit.call(this, outcome);
    reached('recorded');
    return record;
  };
  State.prototype.acknowledge = function (ids) {
    own.acknowledge.call(this, ids);
    reached('acknowledged');
  };
}

function watchedSinks(plan: Plan, reached: (moment: Moment) => void): Plan {
  const sinks = plan.sinks.map((planned): Plan['sinks'][number] => ({
    ...planned,
    create(engine) {
      const sink = planned.create(engine);
      return {
        async write(data, run) {
          reached('deliver');
          const written = await sink.write(data, run);
          reached('delivered');
          return written;
        },
      };
    },
  }));
  return { ...plan, sinks };
}
