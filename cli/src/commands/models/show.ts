import { Args } from '@oclif/core';
import type { AuditRecord, ModelRecord } from '@byoml/core/state';
import { modelNamed } from '@byoml/core/workspace';
import { ByomlCommand } from '../../command.ts';
import { isoDay, readState, workspace } from '../../detecting.ts';
import { bold, dim } from '../../render/colour.ts';
import { table } from '../../render/table.ts';

export default class ModelsShow extends ByomlCommand {
  static override summary = 'One model: what it learned, from what, and what was done with it.';
  static override examples = ['<%= config.bin %> models show share-access --workspace ./soc', '<%= config.bin %> models show share-access@12'];
  static override args = { model: Args.string({ required: true, description: 'DETECTION, for its active model, or DETECTION@VERSION.' }) };
  static override flags = { workspace };

  async run(): Promise<ModelRecord & { lineage: number[]; audit: AuditRecord[] }> {
    const { args, flags } = await this.parse(ModelsShow);
    const opened = await readState(flags.workspace);
    using state = opened.state;
    const model = modelNamed(state, args.model);
    const byDigest = new Map(state.models(model.detection).map((one) => [one.digest, one]));
    const lineage: number[] = [];
    for (let at = model.parentDigest; at !== null && byDigest.has(at); at = byDigest.get(at)?.parentDigest ?? null) lineage.push((byDigest.get(at) as ModelRecord).version);
    const audit = state.audits(model.detection);
    this.log([
      `${bold(`${model.detection}@${model.version}`)}  ${model.role}${model.pruned ? ' (folder removed)' : ''}`,
      table([['  algorithm', model.algorithm], ['  settings', JSON.stringify(model.settings)], ['  digest', model.digest], ['  made by', model.made], ['  learned', `${isoDay(model.days.from)} to ${isoDay(model.days.to - 1)}, ${model.rows.toLocaleString('en-US')} rows`],
        ['  calibrated', model.calibrated ? `yes (window ${model.generation})` : 'no'], ['  grew from', lineage.length > 0 ? lineage.map((version) => `@${version}`).join(' ← ') : 'nothing'], ['  scanners', model.scanners.length > 0 ? model.scanners.map(({ user }) => user).join(', ') : 'none']]),
      ...audit.map(({ at, action, detail }) => dim(`  ${at}  ${action}: ${detail}`)),
    ].join('\n'));
    return { ...model, lineage, audit };
  }
}
