import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');

/** The command `byoml registry serve --json`, listening. */
export interface RegistryServer {
  /** The line that it printed. */
  readonly line: { readonly url: string; readonly adminToken?: string; readonly rootKeyFile?: string };
  /** Ends it with SIGTERM; its exit status and all it printed. */
  stop(): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>;
}

export async function startRegistry(root: string, ...flags: readonly string[]): Promise<RegistryServer> {
  const child = spawn(process.execPath, [byoml, 'registry', 'serve', '--root', root, '--port', '0', '--json', ...flags], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  const printed = { stdout: '', stderr: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const line = await firstLine(child, printed, exited);
  return {
    line: JSON.parse(line) as RegistryServer['line'],
    stop: async () => {
      child.kill('SIGTERM');
      const [status] = await exited;
      return { status, ...printed };
    },
  };
}

async function firstLine(child: ChildProcess, printed: { stdout: string; stderr: string }, exited: Promise<[number | null]>): Promise<string> {
  const lines = createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> });
  lines.on('line', (line) => (printed.stdout += `${line}\n`));
  const first = await Promise.race([once(lines, 'line'), exited.then(() => undefined)]);
  if (!first || (first[0] as string).startsWith('{"error"')) throw new Error(`the registry did not start: ${printed.stdout}${printed.stderr}`);
  return first[0] as string;
}
