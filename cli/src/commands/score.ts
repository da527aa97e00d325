import { Flags } from '@oclif/core';
import { scoreFile, type ScoringReport } from '@byoml/core/ad-hoc';
import { ByomlCommand, plugin } from '../command.ts';
import { scoringText } from '../render/scoring.ts';
import { openSession } from '../session.ts';

export default class Score extends ByomlCommand {
  static override summary = 'Score a file with a trained model.';
  static override description = 'The scored file has the input columns, then surprise, score, pValue and status, in the same row order.';
  static override examples = [
    '<%= config.bin %> score --model ./model --data accesses.csv --out scored.csv --top 10',
    '<%= config.bin %> score --model ./model --data accesses.jsonl.gz --out scored.parquet --json',
  ];
  static override flags = {
    model: Flags.string({ required: true, helpValue: 'DIR', description: 'Folder of the model.' }),
    data: Flags.string({ required: true, multiple: true, helpValue: 'FILE', description: 'File or data-export folder to score (repeatable).' }),
    out: Flags.string({ required: true, helpValue: 'FILE', description: 'File the scored rows are written to.' }),
    top: Flags.integer({ min: 1, max: 1000, helpValue: 'K', description: 'Also print the K oddest new rows, each with its sentence.' }),
    plugin,
  };

  async run(): Promise<ScoringReport> {
    const { flags } = await this.parse(Score);
    await using session = await openSession({ json: this.jsonEnabled(), plugins: flags.plugin, signal: this.signal, progress: this.progress });
    const report = await scoreFile(session, { model: flags.model, data: flags.data, out: flags.out, ...(flags.top !== undefined && { top: flags.top }) });
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(scoringText(report));
    return report;
  }
}
