import { Args, Flags } from '@oclif/core';
import { trainOnFiles, type TrainingReport } from '@byoml/core/ad-hoc';
import type { ModelRecord } from '@byoml/core/state';
import { trainNow } from '@byoml/core/workspace';
import { required } from '../ad-hoc-flags.ts';
import { allowLevel, ByomlCommand, plugin, set } from '../command.ts';
import { now, openDetecting, workspace } from '../detecting.ts';
import { modelText, trainingText } from '../render/training.ts';
import { defaultSeed, openSession } from '../session.ts';

export default class Train extends ByomlCommand {
  static override summary = 'Train a detection now, or an algorithm on your own files, and calibrate it.';
  static override description = 'With a detection: learns its window up to the last scored day, whatever the schedule says, as the active model or beside it with --shadow. Without: files hold the columns that the algorithm declares (access algorithms: user, resource; optional scope, count, day), or raw events that a view turns into them. .csv, .jsonl and .parquet; the first two also as .gz; or a data-export folder.';
  static override examples = [
    '<%= config.bin %> train share-access --workspace ./soc --shadow',
    '<%= config.bin %> train --algorithm anomalous-resource-access/access-walk --data accesses.csv --model ./model',
    '<%= config.bin %> train --algorithm anomalous-resource-access/als-access --profile compat --data accesses.parquet --model ./model',
    '<%= config.bin %> train --algorithm anomalous-resource-access/access-walk --view anomalous-resource-access/windows-file-shares --data security-events.jsonl.gz --model ./model',
  ];
  static override args = { detection: Args.string({ description: 'Name of a detection of the workspace, or its file.' }) };
  static override flags = {
    workspace,
    shadow: Flags.boolean({ description: 'Let the new model score beside the active one (with a detection).' }),
    now,
    algorithm: Flags.string({ helpValue: 'ADDRESS', description: 'package/component[:profile]' }),
    data: Flags.string({ multiple: true, helpValue: 'FILE', description: 'File or data-export folder to learn from (repeatable).' }),
    model: Flags.string({ helpValue: 'DIR', description: 'Folder the model is written to; a model that is there is replaced.' }),
    profile: Flags.string({ helpValue: 'NAME', description: 'A named set of settings of the algorithm.' }),
    seed: Flags.integer({ default: defaultSeed, description: 'Seed of everything random.' }),
    set,
    view: Flags.string({ helpValue: 'ADDRESS', description: 'View that turns raw events into the input columns.' }),
    'view-set': Flags.string({ multiple: true, helpValue: 'KEY=VALUE', description: 'A setting of the view (repeatable).' }),
    plugin,
    'allow-level': allowLevel,
  };

  async run(): Promise<TrainingReport | ModelRecord> {
    const { args, flags } = await this.parse(Train);
    const common = { ...this.opening(flags), seed: flags.seed };
    if (args.detection !== undefined) return this.#detection(args.detection, flags, common);
    const { algorithm, data, model } = required(flags, 'algorithm', 'data', 'model');
    await using session = await openSession({ ...common, workspace: flags.workspace });
    const report = await trainOnFiles(session, {
      algorithm, data, model,
      set: flags.set ?? [],
      ...(flags.profile !== undefined && { profile: flags.profile }),
      ...(flags.view !== undefined && { view: { address: flags.view, set: flags['view-set'] ?? [] } }),
    });
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(trainingText(report));
    return report;
  }

  async #detection(detection: string, flags: { readonly workspace: string; readonly now?: string | undefined; readonly shadow: boolean }, common: Omit<Parameters<typeof openSession>[0], 'workspace'>): Promise<ModelRecord> {
    await using detecting = await openDetecting({ ...common, ...flags, detection });
    const { record } = await trainNow({ ...detecting, run: detecting.session.run }, flags.shadow ? 'shadow' : 'production');
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(modelText(record));
    return record;
  }
}
