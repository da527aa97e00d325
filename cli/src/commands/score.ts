import { Args, Flags } from '@oclif/core';
import { scoreFile, type ScoringReport } from '@byoml/core/ad-hoc';
import { runDue } from '@byoml/core/workspace';
import { required } from '../ad-hoc-flags.ts';
import { allowLevel, ByomlCommand, plugin } from '../command.ts';
import { now, openDetecting, workspace } from '../detecting.ts';
import { runText } from '../render/run.ts';
import { runDocument, type RunDocument } from '../run-document.ts';
import { scoringText } from '../render/scoring.ts';
import { openSession } from '../session.ts';

export default class Score extends ByomlCommand {
  static override summary = 'Score what is due of a detection, or a file with a trained model.';
  static override description = 'With a detection: as `run`, but never trains. Without: the scored file has the input columns, then surprise, score, pValue and status, in the same row order.';
  static override examples = [
    '<%= config.bin %> score share-access --workspace ./soc',
    '<%= config.bin %> score --model ./model --data accesses.csv --out scored.csv --top 10',
    '<%= config.bin %> score --model ./model --data accesses.jsonl.gz --out scored.parquet --json',
  ];
  static override args = { detection: Args.string({ description: 'Name of a detection of the workspace, or its file.' }) };
  static override flags = {
    workspace,
    now,
    model: Flags.string({ helpValue: 'DIR', description: 'Folder of the model.' }),
    data: Flags.string({ multiple: true, helpValue: 'FILE', description: 'File or data-export folder to score (repeatable).' }),
    out: Flags.string({ helpValue: 'FILE', description: 'File the scored rows are written to.' }),
    top: Flags.integer({ min: 1, max: 1000, helpValue: 'K', description: 'Also print the K oddest new rows, each with its sentence.' }),
    plugin,
    'allow-level': allowLevel,
  };

  async run(): Promise<ScoringReport | RunDocument> {
    const { args, flags } = await this.parse(Score);
    const common = this.opening(flags);
    if (args.detection !== undefined) return this.#detection(args.detection, flags, common);
    const { model, data, out } = required(flags, 'model', 'data', 'out');
    await using session = await openSession({ ...common, workspace: flags.workspace });
    const report = await scoreFile(session, { model, data, out, ...(flags.top !== undefined && { top: flags.top }) });
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(scoringText(report));
    return report;
  }

  async #detection(detection: string, flags: { readonly workspace: string; readonly now?: string | undefined }, common: Omit<Parameters<typeof openSession>[0], 'workspace'>): Promise<RunDocument> {
    await using detecting = await openDetecting({ ...common, ...flags, detection });
    const report = await runDue({ ...detecting, trains: false, run: detecting.session.run });
    const document = await runDocument(detecting, report);
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(runText(detecting, report, document));
    return document;
  }
}
