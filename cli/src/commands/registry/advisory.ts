import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { durationSchema, listAdvisories, openAdministered, publishAdvisory, readKeyFile, versionNamed, withdrawAdvisory, type Administered, type Advisory, type AdvisoryRequest, type ListedAdvisory } from '@byoml/registry/admin';
import { ByomlCommand } from '../../command.ts';
import { registryRoot } from '../../registry-root.ts';
import { advisoriesText, advisoryText } from '../../render/registry.ts';

const severities = ['low', 'medium', 'high', 'critical'] as const;

export default class RegistryAdvisory extends ByomlCommand {
  static override summary = 'Warn about exact bytes: who has them is told, and nobody loads them any more.';
  static override description = 'Signed with the targets key of the registry, or with --key. It names digests, never a name: other versions keep working. It ends by itself, or with --withdraw.';
  static override examples = [
    '<%= config.bin %> registry advisory @acme/rare-hour@1.2.0 --reason "sends names to a stranger" --severity critical --expires 90d --root ./registry-data',
    '<%= config.bin %> registry advisory --digest sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --reason "poisoned model" --severity high --expires 2027-01-31 --root ./registry-data',
    '<%= config.bin %> registry advisory --list --root ./registry-data',
    '<%= config.bin %> registry advisory --withdraw adv-0c1f2a9b7d3e --root ./registry-data',
  ];
  static override args = { version: Args.string({ description: 'NAME@VERSION' }) };
  static override flags = {
    root: registryRoot,
    digest: Flags.string({ multiple: true, helpValue: 'DIGEST', description: 'sha512-… of a tarball or sha256:… of a model file (repeatable).' }),
    reason: Flags.string({ helpValue: 'TEXT', description: 'What is wrong.' }),
    severity: Flags.option({ options: severities })({ description: 'How bad it is.' }),
    expires: Flags.string({ helpValue: 'DATE|90d', description: 'When it ends, in UTC, or after how long.' }),
    id: Flags.string({ helpValue: 'ID', description: 'Name of the advisory; the newest of a name counts.' }),
    key: Flags.string({ helpValue: 'FILE', description: 'Private key to sign with: a root key or the targets key of the registry.' }),
    list: Flags.boolean({ exclusive: ['withdraw', 'digest', 'reason', 'severity', 'expires', 'id', 'key'], description: 'Show the advisories of the registry.' }),
    withdraw: Flags.string({ helpValue: 'ID', exclusive: ['digest', 'reason', 'severity', 'expires', 'id'], description: 'End an advisory now.' }),
  };

  async run(): Promise<{ advisories: readonly ListedAdvisory[] } | Advisory> {
    const { args, flags } = await this.parse(RegistryAdvisory);
    const { root, list, withdraw, key: file } = flags;
    const request = list || withdraw !== undefined ? undefined : requestOf(args.version, flags);
    const key = file === undefined ? undefined : await readKeyFile(file);
    await using administered = await openAdministered(root, {}, this.signal);
    if (list) return await this.#list(administered);
    const advisory = request ? await publishAdvisory(administered, { ...request, key }) : await withdrawAdvisory(administered, { id: withdraw ?? '', key });
    this.log(advisoryText(advisory));
    return advisory;
  }

  async #list({ registry: { storage, packages: { history }, now } }: Administered): Promise<{ advisories: readonly ListedAdvisory[] }> {
    const advisories = await listAdvisories({ storage, history, now: new Date(now()) }, this.signal);
    this.log(advisoriesText(advisories));
    return { advisories };
  }
}

interface Said {
  readonly digest?: string[] | undefined;
  readonly reason?: string | undefined;
  readonly severity?: Advisory['severity'] | undefined;
  readonly expires?: string | undefined;
  readonly id?: string | undefined;
}

function requestOf(version: string | undefined, { digest, reason, severity, expires, id }: Said): AdvisoryRequest {
  if (reason === undefined || severity === undefined || expires === undefined) throw new ByomlError('USAGE_INVALID', 'an advisory needs --reason, --severity and --expires');
  return { digests: digest ?? [], ...(version !== undefined && { version: versionNamed(version) }), reason, severity, expires: momentOf(expires), id };
}

function momentOf(text: string): Date {
  const duration = durationSchema.safeParse(text);
  const moment = duration.success ? Date.now() + duration.data : Date.parse(text);
  if (Number.isFinite(moment)) return new Date(moment);
  throw new ByomlError('USAGE_INVALID', `--expires ${text}: expected a date such as 2027-01-31, or a duration such as 90d`);
}
