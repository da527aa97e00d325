import { Args } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import type { RunRecord } from '@byoml/core/state';
import { ByomlCommand } from '../../command.ts';
import { readState, workspace } from '../../detecting.ts';
import { bold, dim } from '../../render/colour.ts';
import { funnelText } from '../../render/run.ts';

export default class RunsShow extends ByomlCommand {
  static override summary = 'One run: why it gave what it gave, or nothing.';
  static override examples = ['<%= config.bin %> runs show 12 --workspace ./soc'];
  static override args = { run: Args.integer({ required: true, min: 1, description: 'Number of the run.' }) };
  static override flags = { workspace };

  async run(): Promise<Omit<RunRecord, 'picture'>> {
    const { args, flags } = await this.parse(RunsShow);
    const opened = await readState(flags.workspace);
    using state = opened.state;
    const found = state.run(args.run);
    if (!found) throw new ByomlError('RECORD_UNKNOWN', `there is no run ${args.run}`, { details: { run: args.run } });
    const { picture: _, ...run } = found;
    this.log([
      `${bold(`run ${run.number}`)} ${run.kind} of ${run.detection}, ${run.window.from} to ${run.window.to}: ${run.status}`,
      `  model ${run.model.version} ${dim(run.model.digest)}`, `  data ${dim(run.data)}`, `  seed ${run.seed}, ${run.seconds.toFixed(2)} s, at ${run.at}`,
      `  ${funnelText(run.funnel)}`, ...run.drops.map(({ rows, stage, reason }) => `    ${rows.toLocaleString('en-US')} (${stage}): ${reason}`),
      ...run.warnings.map((warning) => `  ! ${warning}`), ...run.changes.map((change) => `  ~ ${change}`),
    ].join('\n'));
    return run;
  }
}
