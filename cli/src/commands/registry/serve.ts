import { once } from 'node:events';
import { Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { parseDuration } from '@byoml/core/detection-file';
import { serveRegistry, type Served } from '@byoml/registry/server';
import { ByomlCommand } from '../../command.ts';

/** An update waits a sixth of what a new package waits: 4 of 24 hours. */
const updates = 1 / 6;
const minute = 60_000;

function cooldownOf(text: string): { newMs: number; updateMs: number } {
  const newMs = parseDuration(text);
  if (newMs === undefined) throw new ByomlError('USAGE_INVALID', `--cooldown ${text}: expected a duration such as 24h, 30m or 0s`);
  return { newMs, updateMs: Math.round(newMs * updates) };
}

/** Ends in a slash, as tarballs are named relative to it; null takes a kept one back. */
function publicUrlOf(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  if (text === 'none') return null;
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw new ByomlError('USAGE_INVALID', `--public-url ${text}: expected an address such as https://plugins.example.org/`);
  return text.endsWith('/') ? text : `${text}/`;
}

const shown = ({ url, adminToken, rootKeyFile }: Served): string =>
  [`listening on ${url}`, adminToken === undefined ? '' : `administrator's token, shown once:  ${adminToken}`, rootKeyFile === undefined ? '' : `root key, to keep offline:  ${rootKeyFile}`].filter(Boolean).join('\n');

export default class RegistryServe extends ByomlCommand {
  static override summary = 'Serve a folder as a registry that the stock npm client publishes to and installs from.';
  static override description = 'Makes the folder, a root key and the token of the administrator at the first start, prints one line when it listens, and runs until Ctrl-C or SIGTERM.';
  static override examples = ['<%= config.bin %> registry serve --root ./registry-data --port 4873', '<%= config.bin %> registry serve --root ./registry-data --port 0 --cooldown 0s --json'];
  static override flags = {
    root: Flags.string({ required: true, helpValue: 'DIR', description: 'Folder of the registry: its files, and its keys, which are never served.' }),
    port: Flags.integer({ helpValue: 'N', default: 4873, min: 0, max: 65_535, description: 'Port; 0 takes one that is free.' }),
    host: Flags.string({ default: '127.0.0.1', description: 'Address to listen on. Anybody who reaches a loopback address may make an account; elsewhere only the administrator.' }),
    cooldown: Flags.string({ default: '24h', helpValue: 'DURATION', description: 'How long a new package stays hidden; an update a sixth of it. 0s: not at all.' }),
    'publish-limit': Flags.integer({ helpValue: 'N', default: 5, min: 1, max: 10_000, description: 'Versions that an account may publish within ten minutes; one more freezes it for an hour.' }),
    'public-url': Flags.string({ helpValue: 'URL', description: 'Address that readers see, as of a proxy; then only the administrator makes accounts, wherever it listens. Kept for later starts; `none` takes it back.' }),
    'two-person': Flags.integer({ helpValue: 'N', min: 0, description: 'Versions of a package with at least N downloads wait until another owner or the administrator releases them.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RegistryServe);
    const { root, port, host } = flags;
    const publicUrl = publicUrlOf(flags['public-url']);
    await using served = await serveRegistry({
      root, port, host,
      cooldown: cooldownOf(flags.cooldown),
      twoPerson: { downloads: flags['two-person'] },
      publishLimit: { count: flags['publish-limit'], windowMs: 10 * minute, freezeMs: 60 * minute },
      ...(publicUrl !== undefined && { publicUrl }),
    });
    const { url, adminToken, rootKeyFile } = served;
    process.stdout.write(`${this.jsonEnabled() ? JSON.stringify({ url, adminToken, rootKeyFile }) : shown(served)}\n`);
    if (!this.signal.aborted) await once(this.signal, 'abort');
  }

  /** The line was printed when the server began to listen. */
  protected override logJson(): void {}
}
