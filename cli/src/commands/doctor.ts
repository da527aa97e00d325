import { admission } from '../admission.ts';
import { ByomlCommand, plugin } from '../command.ts';
import { diagnose, type Finding } from '../doctor.ts';
import { green, red, yellow } from '../render/colour.ts';
import { pluginRoots } from '../plugin-roots.ts';

const mark = { ok: green('✓'), advice: yellow('!'), problem: red('✗') };

export default class Doctor extends ByomlCommand {
  static override summary = 'Check this installation: Node, engine, plugins, write access, memory.';
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --json'];
  static override flags = { plugin };

  async run(): Promise<{ healthy: boolean; findings: Finding[] }> {
    const { flags } = await this.parse(Doctor);
    const findings = await diagnose({ roots: pluginRoots(), folders: flags.plugin ?? [], admit: await admission({ workspace: undefined, allowLevel: undefined, warn: () => {} }) }, this.signal);
    for (const { level, about, says } of findings) this.log(`${mark[level]} ${about}  ${says}`);
    const healthy = findings.every(({ level }) => level !== 'problem');
    if (!healthy) process.exitCode = 4;
    return { healthy, findings };
  }
}
