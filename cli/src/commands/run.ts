import { Args } from '@oclif/core';
import { runDue } from '@byoml/core/workspace';
import { allowLevel, ByomlCommand, plugin } from '../command.ts';
import { now, openDetecting, workspace } from '../detecting.ts';
import { runDocument, type RunDocument } from '../run-document.ts';
import { runText } from '../render/run.ts';

export default class Run extends ByomlCommand {
  static override summary = 'Train a detection if that is due, then score what is due.';
  static override description = 'Safe to run every hour for years: what was scored stays scored, late data reopens only its own day, a stopped run leaves nothing half-done. Prints the queue of the last day and writes a report.';
  static override examples = ['<%= config.bin %> run share-access --workspace ./soc', '<%= config.bin %> run share-access --json'];
  static override args = { detection: Args.string({ required: true, description: 'Name of the detection, or its file.' }) };
  static override flags = { workspace, now, plugin, 'allow-level': allowLevel };

  async run(): Promise<RunDocument> {
    const { args, flags } = await this.parse(Run);
    await using detecting = await openDetecting({ ...flags, detection: args.detection, ...this.opening(flags) });
    const report = await runDue({ ...detecting, run: detecting.session.run });
    const document = await runDocument(detecting, report);
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(runText(detecting, report, document));
    return document;
  }
}
