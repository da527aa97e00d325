import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { startServer, type ServerProcess } from './process.ts';

const pinned = join(import.meta.dirname, 'verdaccio');
const npm = join(dirname(createRequire(import.meta.url).resolve('npm-newest/package.json')), 'bin', 'npm-cli.js');

/** No upstream, no web pages, no limit on accounts or requests: only what is measured. `jwt` spares it a password hash at every request. */
const config = (storage: string): string => `
storage: ${storage}
auth: { htpasswd: { file: ${storage}/htpasswd, algorithm: bcrypt, rounds: 4, max_users: 1000 } }
security: { api: { legacy: false, jwt: { sign: { expiresIn: 1d } } } }
uplinks: {}
packages: { '**': { access: $all, publish: $authenticated } }
web: { enable: false }
userRateLimit: { windowMs: 60000, max: 100000 }
max_body_size: 50mb
log: { type: stdout, format: json, level: warn }
`;

/** Installs Verdaccio, exactly as it is pinned, into a folder outside the project. Needs the client's ordinary registry; no script of it runs. */
export function installVerdaccio(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(pinned, file), join(folder, file));
  execFileSync(process.execPath, [npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], timeout: 180_000 });
}

/** Verdaccio takes no port 0: one that was free a moment ago. */
async function freePort(): Promise<number> {
  await using server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** Starts it on what its folder holds. */
export async function startVerdaccio(folder: string): Promise<ServerProcess> {
  const storage = join(folder, 'storage');
  mkdirSync(storage, { recursive: true });
  writeFileSync(join(folder, 'config.yaml'), config(storage));
  const url = `http://127.0.0.1:${await freePort()}/`;
  const main = join(folder, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
  const server = await startServer([main, '--config', join(folder, 'config.yaml'), '--listen', url], /http address - (http:\/\/[^\s"]+)/, folder);
  await listening(server.url);
  return server;
}

/** It prints its address before it listens there. */
async function listening(url: string): Promise<void> {
  const until = performance.now() + 30_000;
  while (performance.now() < until && !(await fetch(`${url}-/ping`).then(({ ok }) => ok, () => false))) await pause(100);
}
