import { Flags } from '@oclif/core';
import { trainOnFiles, type TrainingReport } from '@byoml/core/ad-hoc';
import { ByomlCommand, plugin, set } from '../command.ts';
import { trainingText } from '../render/training.ts';
import { defaultSeed, openSession } from '../session.ts';

export default class Train extends ByomlCommand {
  static override summary = 'Train an algorithm on your own files and calibrate it.';
  static override description = 'Files hold the columns that the algorithm declares (access algorithms: user, resource; optional scope, count, day), or raw events that a view turns into them. .csv, .jsonl and .parquet; the first two also as .gz; or a data-export folder.';
  static override examples = [
    '<%= config.bin %> train --algorithm anomalous-resource-access/access-walk --data accesses.csv --model ./model',
    '<%= config.bin %> train --algorithm anomalous-resource-access/als-access --profile compat --data accesses.parquet --model ./model',
    '<%= config.bin %> train --algorithm anomalous-resource-access/access-walk --view anomalous-resource-access/windows-file-shares --data security-events.jsonl.gz --model ./model',
  ];
  static override flags = {
    algorithm: Flags.string({ required: true, helpValue: 'ADDRESS', description: 'package/component[:profile]' }),
    data: Flags.string({ required: true, multiple: true, helpValue: 'FILE', description: 'File or data-export folder to learn from (repeatable).' }),
    model: Flags.string({ required: true, helpValue: 'DIR', description: 'Folder the model is written to; a model that is there is replaced.' }),
    profile: Flags.string({ helpValue: 'NAME', description: 'A named set of settings of the algorithm.' }),
    seed: Flags.integer({ default: defaultSeed, description: 'Seed of everything random.' }),
    set,
    view: Flags.string({ helpValue: 'ADDRESS', description: 'View that turns raw events into the input columns.' }),
    'view-set': Flags.string({ multiple: true, helpValue: 'KEY=VALUE', description: 'A setting of the view (repeatable).' }),
    plugin,
  };

  async run(): Promise<TrainingReport> {
    const { flags } = await this.parse(Train);
    await using session = await openSession({ json: this.jsonEnabled(), seed: flags.seed, plugins: flags.plugin, signal: this.signal, progress: this.progress });
    const report = await trainOnFiles(session, {
      algorithm: flags.algorithm,
      data: flags.data,
      model: flags.model,
      set: flags.set ?? [],
      ...(flags.profile !== undefined && { profile: flags.profile }),
      ...(flags.view !== undefined && { view: { address: flags.view, set: flags['view-set'] ?? [] } }),
    });
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(trainingText(report));
    return report;
  }
}
