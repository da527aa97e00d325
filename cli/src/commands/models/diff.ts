import { Args, Flags } from '@oclif/core';
import { difference, modelNamed, type ModelDifference } from '@byoml/core/workspace';
import { allowLevel, ByomlCommand, plugin } from '../../command.ts';
import { now, openDetecting, workspace } from '../../detecting.ts';
import { bold, dim } from '../../render/colour.ts';
import { oneInText } from '../../render/incident.ts';
import { table } from '../../render/table.ts';

const mark = { gained: '+', lost: '−', moved: '~' } as const;

export default class ModelsDiff extends ByomlCommand {
  static override summary = 'Alerts gained, lost and moved between two models on the last days. Records nothing.';
  static override examples = ['<%= config.bin %> models diff share-access@12 share-access@15 --days 7 --workspace ./soc'];
  static override args = {
    before: Args.string({ required: true, description: 'DETECTION@VERSION' }),
    after: Args.string({ required: true, description: 'DETECTION@VERSION' }),
  };
  static override flags = { workspace, days: Flags.integer({ min: 1, max: 90, default: 7, helpValue: 'N', description: 'Days to compare on.' }), now, plugin, 'allow-level': allowLevel };

  async run(): Promise<ModelDifference> {
    const { args, flags } = await this.parse(ModelsDiff);
    const detection = args.before.replace(/@\d+$/u, '');
    await using detecting = await openDetecting({ ...flags, detection, readOnly: true, ...this.opening(flags) });
    const { session, plan, state, clock } = detecting;
    const found = await difference({ session, plan, state, clock, run: session.run }, modelNamed(state, args.before), modelNamed(state, args.after), flags.days);
    this.progress.stop();
    const told = (of: number | null): string => (of === null ? '–' : oneInText(of));
    this.log(`${bold(`${args.before} → ${args.after}`)}  ${found.days.from} to ${found.days.to}: ${found.before} alerts before, ${found.after} after, ${found.same} the same`);
    this.log(table(found.differences.map(({ what, day, user, resource, before, after }) => [`  ${mark[what]} ${what}`, day, user, resource, dim(`${told(before)} → ${told(after)}`)])));
    return found;
  }
}
