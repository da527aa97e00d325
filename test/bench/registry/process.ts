import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** A server in a process of its own, listening. */
export interface ServerProcess extends AsyncDisposable {
  /** Ends in a slash. */
  readonly url: string;
  /** Resident memory in mebibytes. Linux only. */
  rss(): number;
}

const startWithinMs = 60_000;

/** Starts Node with these arguments and waits until `address` finds the server's address in what it prints. Throws when it ends, or says nothing for a minute. */
export async function startServer(args: readonly string[], address: RegExp, cwd: string): Promise<ServerProcess> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  const ended = once(child, 'exit');
  const end = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(timer);
  };
  let said = '';
  const url = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), startWithinMs);
    const hear = (part: Buffer): void => {
      said = `${said}${part.toString()}`.slice(-4000);
      const found = address.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then(() => resolve(undefined)).finally(() => clearTimeout(timer));
  });
  if (url === undefined) {
    await end();
    throw new Error(`${args.join(' ')} did not start: ${said}`);
  }
  const rss = (): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
  return { url: url.endsWith('/') ? url : `${url}/`, rss, [Symbol.asyncDispose]: end };
}
