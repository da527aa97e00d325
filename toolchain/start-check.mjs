// Proves that a clean clone starts by `npm start` alone with the oldest and the newest npm we promise. Needs a package registry; used by CI.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const versions = process.argv.length > 2 ? process.argv.slice(2) : ['10.8.2', 'latest'];
// The Node a user has, not the one of node_modules/.bin, which npm puts first.
const path = process.env.PATH.split(':').filter((folder) => !folder.includes('node_modules')).join(':');
const env = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))), PATH: path };

function run(cwd, command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: status ${status}\n${stdout}${stderr}`);
  return stdout;
}

const seconds = (work) => {
  const from = performance.now();
  work();
  return (performance.now() - from) / 1000;
};

for (const version of versions) {
  const folder = mkdtempSync(join(tmpdir(), 'byoml-start-'));
  try {
    run(folder, 'npm', 'install', '--no-save', '--prefix', join(folder, 'npm'), `npm@${version}`);
    const npm = join(folder, 'npm', 'node_modules', 'npm', 'bin', 'npm-cli.js');
    run(folder, 'git', 'clone', '--quiet', root, 'clone');
    const clone = join(folder, 'clone');
    let shown = '';
    const first = seconds(() => (shown = run(clone, 'node', npm, 'start')));
    if (!/of 10 planted campaigns are named/.test(shown)) throw new Error(`npm ${version}: npm start printed no queue\n${shown}`);
    const again = seconds(() => run(clone, 'node', npm, 'start'));
    const bare = seconds(() => run(clone, join(clone, 'node_modules', '.bin', 'node'), 'cli/bin/byoml.js', 'demo'));
    const node = run(clone, 'node', '--version').trim();
    console.log(`npm ${run(clone, 'node', npm, '--version').trim()}, node ${node}: npm start ${first.toFixed(1)} s, again ${again.toFixed(1)} s, of which the demo ${bare.toFixed(1)} s`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
