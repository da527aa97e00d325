// Builds what is out of date: the packages, the plugin manifests, the packed command and its manifest.
// A no-op costs one walk over file times. Runs on the Node of node_modules.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));
const stamp = 'node_modules/.cache/byoml/built.json';
const packages = '{core,fixtures,report,registry,cli,templates,test,plugins/*}';
const exclude = (name) => name === 'node_modules' || name === 'dist';
const files = (...patterns) => globSync(patterns, { exclude }).sort();
const digest = (lines) => createHash('sha256').update(lines.join('\n')).digest('hex');
const touched = (path) => `${path} ${statSync(path).mtimeMs}`;
const run = (...args) => {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
};

const sources = files(`${packages}/src/**/*.ts`, `${packages}/{*.ts,*.mjs,package.json}`);
const configs = files('tsconfig*.json', `${packages}/tsconfig.json`, 'package-lock.json', 'toolchain/build.mjs');
const now = { list: digest(sources), configs: digest(configs.map(touched)), sources: digest(sources.map(touched)) };
const before = existsSync(stamp) && process.argv[2] !== '--force' ? JSON.parse(readFileSync(stamp, 'utf8')) : {};
const changed = (part) => now[part] !== before[part];

if (changed('sources') || changed('configs')) {
  // Outputs of deleted files stay behind, and `tsc -b` (7.0) misses a changed `lib`: then start from nothing.
  if (changed('list') || changed('configs')) for (const dist of globSync(`${packages}/dist`)) rmSync(dist, { recursive: true });
  run('node_modules/typescript-7/bin/tsc', '-b');
  run('toolchain/manifests.mjs');
  run('cli/bundle.mjs');
  run('cli/manifest.mjs');
}
mkdirSync(dirname(stamp), { recursive: true });
writeFileSync(stamp, JSON.stringify(now));
