import { Args, Flags } from '@oclif/core';
import { backfill } from '@byoml/core/workspace';
import { allowLevel, ByomlCommand, plugin } from '../command.ts';
import { dayOf, openDetecting, workspace } from '../detecting.ts';
import { runDocument, type RunDocument } from '../run-document.ts';
import { runText } from '../render/run.ts';

export default class Backfill extends ByomlCommand {
  static override summary = 'Score past days, each as if it had been scored on its own day.';
  static override description = 'Trains when a training would have been due. A stopped backfill goes on where it stopped; days that are scored already are left alone.';
  static override examples = ['<%= config.bin %> backfill share-access --from 2026-10-01 --to 2026-11-01 --workspace ./soc'];
  static override args = { detection: Args.string({ required: true, description: 'Name of the detection, or its file.' }) };
  static override flags = {
    workspace,
    from: Flags.string({ required: true, helpValue: 'DAY', description: 'First UTC day.' }),
    to: Flags.string({ required: true, helpValue: 'DAY', description: 'The day after the last.' }),
    plugin,
    'allow-level': allowLevel,
  };

  async run(): Promise<RunDocument> {
    const { args, flags } = await this.parse(Backfill);
    const days = { from: dayOf('from', flags.from), to: dayOf('to', flags.to) };
    await using detecting = await openDetecting({ ...flags, detection: args.detection, ...this.opening(flags) });
    const report = await backfill({ ...detecting, run: detecting.session.run }, days);
    const document = await runDocument(detecting, report);
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(runText(detecting, report, document));
    return document;
  }
}
