import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** A browser that is here, or why none is. */
export type FoundBrowser = { readonly launch: () => Promise<Browser> } | { readonly missing: string };

const noNetwork = ['--disable-background-networking', '--disable-component-update', '--no-first-run', '--no-pings', '--disable-gpu', '--hide-scrollbars'];

const packageFolder = (): string => join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..');

/** Chromium as the npm package holds it, unpacked once beside the other caches of node_modules; its own loader would unpack into a shared temporary folder. */
async function packaged(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = packageFolder();
  const packed = join(folder, 'bin/chromium.br');
  if (!existsSync(packed)) return undefined;
  const { version } = (await import(pathToFileURL(join(folder, 'package.json')).href, { with: { type: 'json' } }) as { default: { version: string } }).default;
  const cache = join(folder, '../../.cache/byoml');
  // In a folder of its own, since it writes beside itself.
  const target = join(cache, `chromium-${version}`, 'chromium');
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.${process.pid}.part`;
  try {
    await pipeline(createReadStream(packed), createBrotliDecompress(), createWriteStream(part));
    await chmod(part, 0o755);
    await rename(part, target);
  } finally {
    await rm(part, { force: true });
  }
  return target;
}

interface How {
  readonly executablePath?: string;
  readonly channel?: string;
  readonly env?: Record<string, string>;
}

const launcher = (how: How) => (): Promise<Browser> => chromium.launch({ ...how, headless: true, args: noNetwork });

/** As `launcher`, with the system libraries of the package: some machines lack libnss3 and its kin. */
const withLibraries = (executablePath: string) => async (): Promise<Browser> => {
  const libraries = join(dirname(executablePath), 'libraries');
  if (!existsSync(libraries)) {
    const part = `${libraries}.${process.pid}.part`;
    await mkdir(part, { recursive: true });
    const tar = spawn('tar', ['-x', '-C', part], { stdio: ['pipe', 'ignore', 'ignore'] });
    await Promise.all([pipeline(createReadStream(join(packageFolder(), 'bin/al2023.tar.br')), createBrotliDecompress(), tar.stdin), once(tar, 'close')]);
    await rename(part, libraries).catch(() => rm(part, { recursive: true, force: true }));
  }
  return launcher({ executablePath, env: { ...(process.env as Record<string, string>), LD_LIBRARY_PATH: join(libraries, 'lib') } })();
};

/** A browser of the package or of the machine; only one that starts counts. `BYOML_CHROMIUM` names another executable, and then it must start. */
export async function findBrowser(): Promise<FoundBrowser> {
  const named = process.env['BYOML_CHROMIUM'];
  if (named !== undefined) return { launch: launcher({ executablePath: named }) };
  const own = await packaged();
  const tries = [...(own === undefined ? [] : [launcher({ executablePath: own }), withLibraries(own)]), launcher({ channel: 'chrome' }), launcher({ channel: 'msedge' })];
  const reasons: string[] = [];
  for (const launch of tries) {
    try {
      await (await launch()).close();
      return { launch };
    } catch (cause) {
      reasons.push((cause as Error).message.split('\n')[0] as string);
    }
  }
  return { missing: `no browser starts here (set BYOML_CHROMIUM to one): ${reasons.join('; ')}` };
}

export interface OpenedPage {
  readonly page: Page;
  /** Addresses the page asked for, besides its own; all were refused. */
  readonly requested: string[];
  /** What it wrote to the console as an error or warning, and what it threw. */
  readonly errors: string[];
}

/** Opens a file with the network shut. */
export async function openFile(browser: Browser, file: string, options: BrowserContextOptions = {}): Promise<OpenedPage> {
  const address = pathToFileURL(file).href;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const [requested, errors]: [string[], string[]] = [[], []];
  await context.route('**', async (route) => {
    if (route.request().url() === address) return route.continue();
    requested.push(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) errors.push(message.text()); });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(address);
  return { page, requested, errors };
}
