import { Flags } from '@oclif/core';
import { explainRows, type ExplainedRow } from '@byoml/core/ad-hoc';
import { ByomlCommand, plugin } from '../command.ts';
import { explanationText } from '../render/explanation.ts';
import { openSession } from '../session.ts';

export default class Explain extends ByomlCommand {
  static override summary = 'Explain the score of one row: exact terms that add up, reasons, one sentence.';
  static override examples = ['<%= config.bin %> explain --model ./model --data accesses.csv --row 17', '<%= config.bin %> explain --model ./model --data accesses.csv --row 17 --json'];
  static override flags = {
    model: Flags.string({ required: true, helpValue: 'DIR', description: 'Folder of the model.' }),
    data: Flags.string({ required: true, multiple: true, helpValue: 'FILE', description: 'File or data-export folder that holds the row.' }),
    row: Flags.integer({ required: true, min: 1, description: 'Number of the row, counted from 1 without the header.' }),
    plugin,
  };

  async run(): Promise<ExplainedRow> {
    const { flags } = await this.parse(Explain);
    await using session = await openSession({ json: this.jsonEnabled(), plugins: flags.plugin, signal: this.signal, progress: this.progress });
    const [explained] = (await explainRows(session, { model: flags.model, data: flags.data, rows: [flags.row] })) as [ExplainedRow];
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(explanationText(explained));
    return explained;
  }
}
