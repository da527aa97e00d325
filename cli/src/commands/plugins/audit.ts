import { Flags } from '@oclif/core';
import { ByomlCommand, workspace } from '../../command.ts';
import { marketplace, type Audit } from '../../installing/marketplace.ts';
import { auditText } from '../../render/audit.ts';
import { printable } from '../../render/plugin-printable.ts';

/** What was installed may not be trusted any more. */
const refused = 5;

export default class PluginsAudit extends ByomlCommand {
  static override summary = 'Check everything that is installed: files, advisories, withdrawals and the policy.';
  static override description = 'Exits with 0 when all of it may run, with 5 when something may not. Asks the registries for new advisories unless --offline.';
  static override examples = ['<%= config.bin %> plugins audit --workspace ./soc', '<%= config.bin %> plugins audit --offline --json'];
  static override flags = { workspace, offline: Flags.boolean({ description: 'Go by what is known here; ask no registry.' }) };

  async run(): Promise<Audit> {
    const { flags } = await this.parse(PluginsAudit);
    const { auditPlugins } = await marketplace();
    const audit = await auditPlugins({ workspace: flags.workspace, refresh: !flags.offline, now: new Date() }, this.signal);
    this.log(auditText(audit));
    if (!audit.ok) process.exitCode = refused;
    return printable(audit);
  }
}
