// Publishes our own packages as everybody publishes theirs: `byoml publish`, in the order in which they depend on each other.
//   node toolchain/publish-first-party.mjs --registry URL [--key FILE] [--rehearse [--bump patch]]
// The token comes from BYOML_REGISTRY_TOKEN or from .npmrc. With --rehearse the versions are raised first, by lerna in a temporary clone, and
// those are published: nothing of this checkout changes. Prints one line of JSON per package; a version that is there already is left alone.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const lerna = join(root, 'node_modules', 'lerna', 'dist', 'cli.js');
const folders = '{core,report,registry,cli,templates,plugins/*}';

const { values: flags } = parseArgs({ options: { registry: { type: 'string' }, key: { type: 'string' }, rehearse: { type: 'boolean', default: false }, bump: { type: 'string', default: 'patch' } } });
if (flags.registry === undefined) {
  console.error('publish-first-party: --registry URL is missing');
  process.exit(2);
}

const node = (cwd, ...args) => execFileSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 2], maxBuffer: 64 << 20 });
const link = (from, to) => symlinkSync(from, to, 'junction');

/** A clone that runs as this checkout does: its dependencies by link, what was built from it by copy. */
function cloneInto(tree) {
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, tree], { stdio: ['ignore', 'ignore', 2] });
  execFileSync('git', ['checkout', '--quiet', '-B', 'main'], { cwd: tree, stdio: ['ignore', 'ignore', 2] });
  mkdirSync(join(tree, 'node_modules', '@byoml'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) if (name !== '@byoml') link(join(root, 'node_modules', name), join(tree, 'node_modules', name));
  for (const folder of globSync(folders, { cwd: tree })) {
    link(join(tree, folder), join(tree, 'node_modules', '@byoml', basename(folder)));
    if (existsSync(join(root, folder, 'node_modules'))) link(join(root, folder, 'node_modules'), join(tree, folder, 'node_modules'));
    if (existsSync(join(root, folder, 'dist'))) cpSync(join(root, folder, 'dist'), join(tree, folder, 'dist'), { recursive: true });
  }
  // Only a release writes the lock, which needs a network.
  rmSync(join(tree, 'package-lock.json'));
}

/** Raises every version in the clone, and what is made from the versions. Nothing is tagged, committed or pushed. */
function raiseVersions(tree, bump) {
  node(tree, lerna, 'version', bump, '--exact', '--no-changelog', '--no-git-tag-version', '--no-push', '--yes', '--loglevel=error');
  const { version } = JSON.parse(readFileSync(join(tree, 'core', 'package.json'), 'utf8'));
  for (const file of globSync('templates/*/package.json', { cwd: tree })) {
    const path = join(tree, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/("@byoml\/core": ")\d[^"]*(")/, `$1${version}$2`));
  }
  node(tree, 'toolchain/manifests.mjs');
  node(tree, 'cli/manifest.mjs');
}

/** The answer of `byoml publish --json`, of a failure too. */
function published(tree, folder) {
  const args = ['cli/bin/byoml.js', 'publish', folder, '--registry', flags.registry, '--json', ...(flags.key === undefined ? [] : ['--key', flags.key])];
  try {
    return JSON.parse(node(tree, ...args));
  } catch (thrown) {
    if (typeof thrown.stdout !== 'string' || !thrown.stdout.startsWith('{')) throw thrown;
    return JSON.parse(thrown.stdout);
  }
}

/** False when the registry refused one; those after it depend on it. */
function publishAll(tree) {
  for (const { name, version, location } of JSON.parse(node(tree, lerna, 'ls', '--toposort', '--json', '--loglevel=error'))) {
    const { error, state, visible } = published(tree, location);
    console.log(JSON.stringify(error ? { name, version, error } : { name, version, state, visible }));
    if (error && error.code !== 'VERSION_EXISTS') return false;
  }
  return true;
}

const clone = flags.rehearse ? join(mkdtempSync(join(tmpdir(), 'byoml-release-')), 'byoml') : undefined;
try {
  if (clone !== undefined) {
    cloneInto(clone);
    raiseVersions(clone, flags.bump);
  }
  if (!publishAll(clone ?? root)) process.exitCode = 1;
} finally {
  if (clone !== undefined) rmSync(join(clone, '..'), { recursive: true, force: true });
}
