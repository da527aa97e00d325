import { spawn } from 'node:child_process';
import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { allowLevel, ByomlCommand, plugin } from '../command.ts';
import { openDetecting, readState, workspace } from '../detecting.ts';
import { writeReport } from '../report.ts';

const openers: Readonly<Record<string, string>> = { darwin: 'open', win32: 'explorer' };

export default class Report extends ByomlCommand {
  static override summary = 'Write the report of a run: one HTML file that needs no network.';
  static override examples = ['<%= config.bin %> report 12 --workspace ./soc', '<%= config.bin %> report 12 --open'];
  static override args = { run: Args.integer({ required: true, min: 1, description: 'Number of the run.' }) };
  static override flags = { workspace, open: Flags.boolean({ description: 'Open it in the browser.' }), plugin, 'allow-level': allowLevel };

  async run(): Promise<{ run: number; report: string }> {
    const { args, flags } = await this.parse(Report);
    const detection = await this.#detectionOf(flags.workspace, args.run);
    if (detection === undefined) throw new ByomlError('RECORD_UNKNOWN', `there is no run ${args.run}`, { details: { run: args.run } });
    await using detecting = await openDetecting({ ...flags, detection, readOnly: true, ...this.opening(flags) });
    const report = await writeReport(detecting, args.run, null);
    this.progress.stop();
    this.log(report);
    if (flags.open) spawn(openers[process.platform] ?? 'xdg-open', [report], { detached: true, stdio: 'ignore' }).on('error', () => process.stderr.write(`no browser was found: open ${report} yourself\n`)).unref();
    return { run: args.run, report };
  }

  async #detectionOf(folder: string, number: number): Promise<string | undefined> {
    const opened = await readState(folder);
    using state = opened.state;
    return state.run(number)?.detection;
  }
}
