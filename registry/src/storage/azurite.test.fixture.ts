import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { LoopbackCertificate } from './loopback-certificate.test.fixture.ts';

/** A blob service of its own, with an account and a key that nothing else has. */
export interface Azurite extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/ACCOUNT`, or `https:` with a certificate. */
  readonly accountUrl: string;
  readonly account: string;
  readonly accountKey: string;
  readonly connectionString: string;
  readonly startMs: number;
}

const require = createRequire(import.meta.url);
const startWithinMs = 60_000;
/** Ends the service when the process that started it is gone, however that ended. */
const endWithParent = `data:text/javascript,${encodeURIComponent("process.stdin.on('close', () => process.exit()).resume().unref();")}`;

/** Starts Azurite on a free loopback port; all its data is in its memory. With a certificate it also takes tokens of Entra ID. Throws when it does not come up. */
export async function startAzurite(tls?: LoopbackCertificate): Promise<Azurite> {
  const began = performance.now();
  const main = join(dirname(require.resolve('azurite/package.json')), 'dist/src/blob/main.js');
  const [account, accountKey] = [`byoml${randomBytes(4).toString('hex')}`, randomBytes(64).toString('base64')];
  const folder = await mkdtemp(join(tmpdir(), 'byoml-azurite-'));
  const flags = ['--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry', '--silent', '--blobHost', '127.0.0.1', '--blobPort', '0'];
  if (tls) {
    await Promise.all([writeFile(join(folder, 'cert.pem'), tls.certificate), writeFile(join(folder, 'key.pem'), tls.key, { mode: 0o600 })]);
    flags.push('--oauth', 'basic', '--cert', join(folder, 'cert.pem'), '--key', join(folder, 'key.pem'));
  }
  const child = spawn(process.execPath, ['--import', endWithParent, main, ...flags], { cwd: folder, env: { AZURITE_ACCOUNTS: `${account}:${accountKey}` }, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const timer = setTimeout(() => child.kill('SIGKILL'), startWithinMs);
  let said = '';
  const url = await new Promise<string | undefined>((resolve) => {
    const hear = (part: string): void => {
      said = `${said}${part}`.slice(-2000);
      const address = /listens on (https?:\/\/127\.0\.0\.1:\d+)\s/.exec(said)?.[1];
      if (address) resolve(address);
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('exit', () => resolve(undefined));
  });
  clearTimeout(timer);
  if (!url) {
    await end();
    throw new Error(`Azurite ended before it listened (${String(child.exitCode ?? child.signalCode)}): ${said.trim().split('\n').at(-1)}`);
  }
  const accountUrl = `${url}/${account}`;
  const connectionString = `DefaultEndpointsProtocol=${new URL(url).protocol.slice(0, -1)};AccountName=${account};AccountKey=${accountKey};BlobEndpoint=${accountUrl};`;
  return { accountUrl, account, accountKey, connectionString, startMs: performance.now() - began, [Symbol.asyncDispose]: end };
}

/** The service, or the reason why there is none, for the title of what is skipped. */
export const azuriteOrReason = (): Promise<Azurite | { readonly missing: string }> =>
  startAzurite().catch((thrown: Error) => ({ missing: thrown.message.split('\n', 1)[0] ?? 'unknown' }));

/** A SAS for a container, signed here and not by the SDK: what an operator would make with a tool of their own. */
export function containerSas({ account, accountKey }: Azurite, container: string, permissions: string): string {
  const [version, expiry] = ['2020-12-06', new Date(Date.now() + 3_600_000).toISOString().slice(0, 19) + 'Z'];
  const fields = [permissions, '', expiry, `/blob/${account}/${container}`, '', '', '', version, 'c', '', '', '', '', '', '', ''];
  const signature = createHmac('sha256', Buffer.from(accountKey, 'base64')).update(fields.join('\n')).digest('base64');
  return String(new URLSearchParams({ sv: version, se: expiry, sr: 'c', sp: permissions, sig: signature }));
}

/** Makes thousands of empty blobs, all requests of a connection at once: a client that waits for each answer takes three times as long. Gives how many were made. */
export async function putEmptyBlobs(azurite: Azurite, container: string, names: readonly string[]): Promise<number> {
  const [{ host, hostname, port, pathname }, sas, connections] = [new URL(azurite.accountUrl), containerSas(azurite, container, 'cw'), 4];
  const shares = Array.from({ length: connections }, (_, share) => names.filter((__, i) => i % connections === share));
  const answers = shares.map(async (share) => {
    const head = `host: ${host}\r\nx-ms-blob-type: BlockBlob\r\ncontent-length: 0\r\n`;
    const requests = share.map((name, i) => `PUT ${pathname}/${container}/${name}?${sas} HTTP/1.1\r\n${head}${i === share.length - 1 ? 'connection: close\r\n' : ''}\r\n`);
    const socket = connect(Number(port), hostname);
    socket.write(requests.join(''));
    return (await text(socket)).split('HTTP/1.1 201 ').length - 1;
  });
  return (await Promise.all(answers)).reduce((sum, made) => sum + made, 0);
}
