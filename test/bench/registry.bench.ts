import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NpmUser } from '../registry-client.ts';
import { Client, inParallel } from './registry/client.ts';
import { generatedPackages, type GeneratedPackage } from './registry/packages.ts';
import { startServer, type ServerProcess } from './registry/process.ts';
import { installVerdaccio, startVerdaccio } from './registry/verdaccio.ts';
import type { Figure } from './run.ts';

const byoml = join(import.meta.dirname, '..', '..', 'cli', 'bin', 'byoml.js');
const [count, oneByOne, installs] = [5000, 60, 5];
const settlingMs = 15_000;

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const median = (values: readonly number[]): number => sorted(values)[values.length >> 1] ?? Number.NaN;
const p95 = (values: readonly number[]): number => sorted(values)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;

/** Ours and Verdaccio's, in this order. */
type Pair<T> = readonly [T, T];

/** What a server needs to start again on the same data. */
interface Places {
  readonly root: string;
  readonly verdaccio: string;
}

/** Puts all but the last packages in, eight at a time, then those one after the other, in turn here and there. Gives medians in milliseconds. */
async function publishAll(clients: Pair<Client>, packages: readonly GeneratedPackage[]): Promise<Pair<number>> {
  const [many, few] = [packages.slice(0, -oneByOne), packages.slice(-oneByOne)];
  for (const client of clients) {
    for (const author of new Set(packages.map((each) => each.author))) await client.logIn(author);
    const waiting = many.values();
    await inParallel(8, async () => {
      for (const each of waiting) await client.publish(each);
    });
  }
  const times: Pair<number[]> = [[], []];
  for (const each of few) for (const [i, client] of clients.entries()) times[i]?.push(await client.publish(each));
  return [median(times[0]), median(times[1])];
}

/** Medians of three rounds, in turn here and there, after a round that nobody counts. */
async function read(clients: Pair<Client>, names: readonly string[]): Promise<Pair<number>> {
  const rates: Pair<number[]> = [[], []];
  for (let round = 0; round < 4; round++)
    for (const [i, client] of clients.entries()) {
      const rate = await client.packumentsPerSecond(names, 3000);
      if (round > 0) rates[i]?.push(rate);
    }
  return [median(rates[0]), median(rates[1])];
}

/** What people type: names, words, techniques, misspelt words, qualifiers; every text once. */
function texts(packages: readonly GeneratedPackage[]): string[] {
  const some = packages.filter((_, i) => i % 100 === 7);
  const typed = some.flatMap(({ name, keywords: [, thing = '', who = ''], attack, description }, i) => {
    const [scope = '', bare = ''] = name.slice(1).split('/');
    return [name, bare, `${thing} ${who}`, `${thing}s ${attack}`, `${bare.split('-')[0]} ${thing.slice(0, 3)}`, `scope:${scope} ${thing}`, `keywords:${thing} ${who} ${i}`, description.split(' ').slice(2, 4).join(' '), bare.replace('-', ''), `byoml-plugin ${bare.split('-')[0]}`];
  });
  return [...new Set(typed), ...new Set(packages.slice(0, 300).map(({ keywords }) => keywords[1] ?? ''))];
}

/** Milliseconds of every search with its answer, in a second round: the first fills the index, and the server keeps only the last few answers. */
async function search(client: Client, packages: readonly GeneratedPackage[]): Promise<number[]> {
  const round = async (): Promise<number[]> => {
    const times: number[] = [];
    for (const text of texts(packages)) {
      const from = performance.now();
      const { status } = await client.ask(`-/v1/search?text=${encodeURIComponent(text)}`);
      times.push(performance.now() - from);
      if (status !== 200) throw new Error(`search ${text}: ${status}`);
    }
    return times;
  };
  await round();
  return round();
}

/** Seconds of clean installs, by our command and by npm, of the same package from our registry; undefined while there is no such command. */
async function install(url: string, { name, version }: GeneratedPackage, folder: string): Promise<Pair<number> | undefined> {
  const run = (...args: string[]) => spawnSync(process.execPath, [byoml, ...args], { encoding: 'utf8', timeout: 60_000 });
  if (run('plugins', 'install', '--help').status !== 0) return undefined;
  const times: Pair<number[]> = [[], []];
  for (let round = 0; round < installs; round++) {
    const workspace = mkdtempSync(join(folder, 'workspace-'));
    mkdirSync(join(workspace, 'detections'));
    let from = performance.now();
    const ours = run('plugins', 'install', `${name}@${version}`, '--registry', url, '--yes', '--json', '--workspace', workspace);
    times[0].push(performance.now() - from);
    const user = new NpmUser(folder, 'npm-newest', url);
    from = performance.now();
    const npm = await user.npm(['install', '--ignore-scripts', '--legacy-peer-deps', `${name}@${version}`], { cwd: mkdtempSync(join(folder, 'project-')) });
    times[1].push(performance.now() - from);
    if (ours.status !== 0 || npm.status !== 0) throw new Error(`install: ${ours.stdout}${ours.stderr}${npm.stderr}`);
  }
  return [median(times[0]), median(times[1])];
}

async function published({ root, verdaccio }: Places, packages: readonly GeneratedPackage[]): Promise<Pair<number>> {
  await using ours = await startServer([join(import.meta.dirname, 'registry', 'serve.mjs'), root], /"url":"([^"]+)"/, import.meta.dirname);
  await using theirs = await startVerdaccio(verdaccio);
  using client = new Client(ours.url);
  using other = new Client(theirs.url);
  return await publishAll([client, other], packages);
}

const figure = (name: string, value: number, unit: string, promise: readonly [Figure['keep'], number]): Figure => ({ name, value, unit, keep: promise[0], limit: promise[1] });
const shown = (unit: string, [ours, theirs]: Pair<number>): string => `(${ours.toFixed(1)} and ${theirs.toFixed(1)} ${unit})`;

async function reading(servers: Pair<ServerProcess>, packages: readonly GeneratedPackage[], folder: string): Promise<Figure[]> {
  using client = new Client(servers[0].url);
  using other = new Client(servers[1].url);
  await pause(settlingMs);
  const idle: Pair<number> = [servers[0].rss(), servers[1].rss()];
  const rates = await read([client, other], packages.map(({ name }) => name));
  const times = await search(client, packages);
  const installed = await install(servers[0].url, packages[0] as GeneratedPackage, folder);
  await pause(settlingMs);
  const worked: Pair<number> = [servers[0].rss(), servers[1].rss()];
  return [
    figure(`search among ${count} generated packages, 95th percentile of ${times.length} texts (median ${median(times).toFixed(1)} ms)`, p95(times), 'ms', ['at most', 10]),
    figure(`packuments a second, as a multiple of Verdaccio ${shown('a second', rates)}`, rates[0] / rates[1], '×', ['at least', 3]),
    figure(`resident memory of a server that nobody asks, as a multiple of Verdaccio ${shown('MiB', idle)}; after all that ${shown('MiB', worked)}`, idle[0] / idle[1], '×', ['at most', 1]),
    ...(installed ? [figure(`\`byoml plugins install\`, as a multiple of \`npm install\` ${shown('ms', installed)}`, installed[0] / installed[1], '×', ['at most', 2])] : []),
  ];
}

/** Our registry beside Verdaccio on the same generated packages: filled through the publishing of both, then both started again to be read. */
export async function measure(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'byoml-bench-registry-'));
  try {
    const places = { root: join(folder, 'ours'), verdaccio: join(folder, 'verdaccio') };
    installVerdaccio(places.verdaccio);
    const packages = generatedPackages(count);
    const times = await published(places, packages);
    await using ours = await startServer([byoml, 'registry', 'serve', '--root', places.root, '--port', '0', '--cooldown', '0s', '--json'], /"url":"([^"]+)"/, folder);
    await using theirs = await startVerdaccio(places.verdaccio);
    const figures = await reading([ours, theirs], packages, folder);
    return [figure(`publish with every static check, as a multiple of Verdaccio's without ${shown('ms', times)}`, times[0] / times[1], '×', ['at most', 2]), ...figures];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
