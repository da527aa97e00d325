import { Flags } from '@oclif/core';
import type { RunRecord } from '@byoml/core/state';
import { ByomlCommand } from '../../command.ts';
import { readState, workspace } from '../../detecting.ts';
import { dim } from '../../render/colour.ts';
import { table } from '../../render/table.ts';

type ListedRun = Omit<RunRecord, 'picture'>;

const withoutPicture = ({ picture: _picture, ...run }: RunRecord): ListedRun => run;

export default class RunsList extends ByomlCommand {
  static override summary = 'What has run, newest first.';
  static override examples = ['<%= config.bin %> runs list --workspace ./soc', '<%= config.bin %> runs list --detection share-access --kind train --json'];
  static override flags = {
    workspace,
    detection: Flags.string({ helpValue: 'NAME', description: 'Only of this detection.' }),
    kind: Flags.option({ options: ['train', 'score'] as const })({ description: 'Only trainings or only scorings.' }),
    limit: Flags.integer({ min: 1, max: 100_000, default: 30, helpValue: 'N', description: 'At most this many.' }),
  };

  async run(): Promise<{ runs: ListedRun[] }> {
    const { flags } = await this.parse(RunsList);
    const opened = await readState(flags.workspace);
    using state = opened.state;
    const runs = state.runs({ limit: flags.limit, ...(flags.detection !== undefined && { detection: flags.detection }), ...(flags.kind && { kind: flags.kind }) }).map(withoutPicture);
    if (runs.length === 0) this.log(dim('nothing has run yet: byoml run DETECTION'));
    this.log(table(runs.map(({ number, detection, kind, window, status, model, incidents, alerts, more, changes, seconds }) =>
      [number, detection, kind, `${window.from.slice(0, 16)} – ${window.to.slice(0, 16)}`, status, `model ${model.version}`, kind === 'score' ? `${incidents} incidents, ${alerts} alerts${more > 0 ? `, ${more} more` : ''}` : '', `${seconds.toFixed(2)} s`, changes.length > 0 ? `${changes.length} changes` : ''])));
    return { runs };
  }
}
