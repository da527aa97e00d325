import { basename } from 'node:path';
import { Flags } from '@oclif/core';
import { attackVersion, navigatorLayer } from '@byoml/core/attack';
import { coverageOf, type Coverage as Covers } from '@byoml/core/workspace';
import { allowLevel, ByomlCommand, plugin } from '../command.ts';
import { readState, workspace } from '../detecting.ts';
import { writeWhole } from '../out-file.ts';
import { coverageText } from '../render/coverage.ts';
import { openSession } from '../session.ts';

export default class Coverage extends ByomlCommand {
  static override summary = 'What the detections of a workspace look for, by ATT&CK tactic.';
  static override description = 'With --out also as a layer of the ATT&CK Navigator: score = alerts that hold, comment = detections.';
  static override examples = ['<%= config.bin %> coverage --workspace ./soc', '<%= config.bin %> coverage --out layer.json', '<%= config.bin %> coverage --json'];
  static override flags = { workspace, out: Flags.string({ helpValue: 'FILE', description: 'Write the layer into this file.' }), plugin, 'allow-level': allowLevel };

  async run(): Promise<Covers & { attack: string; out: string | null }> {
    const { flags } = await this.parse(Coverage);
    const opened = await readState(flags.workspace);
    using state = opened.state;
    await using session = await openSession({ ...this.opening(flags), workspace: opened.workspace.folder });
    const coverage = await coverageOf(session, opened.workspace, state);
    this.progress.stop();
    if (flags.out !== undefined) await writeWhole(flags.out, [`${JSON.stringify(navigatorLayer(`byoml ${basename(opened.workspace.folder)}`, coverage.covered), null, 2)}\n`], this.signal);
    this.log(coverageText(coverage));
    if (flags.out !== undefined) this.log(`\nwrote ${flags.out}`);
    return { attack: attackVersion, ...coverage, out: flags.out ?? null };
  }
}
