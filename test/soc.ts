import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');

export interface RanByoml {
  readonly status: number | null;
  /** What it printed with --json; undefined when nothing. */
  readonly document: any;
  readonly stderr: string;
}

/** A workspace in which somebody runs the real command; nobody sits at a terminal. */
export class Soc {
  readonly folder: string;
  readonly #env: Readonly<Record<string, string>>;

  /** The workspace becomes a new folder in `within`; `home` has the user's settings, `env` is what the command's environment has beside. */
  constructor(within: string, home: string, env: Readonly<Record<string, string>> = {}, folder = mkdtempSync(join(within, 'soc-'))) {
    this.folder = folder;
    this.#env = { PATH: process.env['PATH'] ?? '', HOME: home, NO_COLOR: '1', ...env };
    mkdirSync(join(this.folder, 'detections'), { recursive: true });
  }

  /** In a workspace that is there. */
  static in(folder: string, home: string, env: Readonly<Record<string, string>> = {}): Soc {
    return new Soc('', home, env, folder);
  }

  async run(...args: readonly string[]): Promise<RanByoml> {
    const child = spawn(process.execPath, [byoml, ...args, '--json'], { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'], env: this.#env });
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) child[stream].setEncoding('utf8').on('data', (text: string) => (printed[stream] += text));
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, document: printed.stdout === '' ? undefined : JSON.parse(printed.stdout), stderr: printed.stderr };
  }

  /** What the command prints. Throws when its exit status is not 0. */
  async ok(...args: readonly string[]): Promise<any> {
    const { status, document, stderr } = await this.run(...args);
    if (status !== 0) throw new Error(`byoml ${args.join(' ')}: ${JSON.stringify(document)}\n${stderr}`);
    return document;
  }
}
