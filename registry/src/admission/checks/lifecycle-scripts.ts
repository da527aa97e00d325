import { posix } from 'node:path';
import type { AdmissionCheck, Finding, Submission } from '../check.ts';
import { finding } from '../finding.ts';
import { bundledPackages, commandsOf, textsOf, type Fields } from '../package-json.ts';

/** What package managers run on the machine of whoever installs. `prepack` and `prepublishOnly` run only where the author packs. */
const events = new Set([
  'preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare', 'prepublish', 'preuninstall', 'uninstall', 'postuninstall', 'dependencies',
]);

/** Commands that a package must not stand in for. */
const shadowed = new Set(
  `node nodejs npm npx corepack yarn yarnpkg pnpm pnpx bun bunx deno git gh hg svn sh bash zsh dash ksh fish cmd powershell pwsh python python3 pip pip3 py uv conda java javac
  go cargo rustc gcc cc g++ clang make cmake ls cat cp mv rm ln mkdir rmdir chmod chown touch find grep sed awk xargs sort head tail less more vi vim nano which where env test echo kill ps top
  curl wget ssh scp sftp rsync tar gzip gunzip zip unzip openssl gpg sudo su doas systemctl service cron crontab docker podman kubectl helm terraform az azd aws gcloud code
  tsc eslint oxlint prettier jest vitest byoml`.split(/\s+/),
);
const ours = new Set(['byoml', '@byoml/cli']);

/** Attack 1: code that runs because a package was installed. */
export const lifecycleScripts: AdmissionCheck = {
  id: 'lifecycle-scripts',
  summary: 'Nothing runs when the package is installed, and none of its commands stands in for a well-known one.',
  enforced: true,
  required: true,
  async run(submission) {
    const bundled = [...bundledPackages(submission.archive)].flatMap(([path, packageJson]) => scriptsOf(packageJson ?? {}, path));
    return [...scriptsOf(submission.packageJson, 'package.json'), ...bundled, ...nativeBuilds(submission), ...shadows(submission)];
  },
};

const scriptsOf = (packageJson: Fields, where: string): readonly Finding[] =>
  textsOf(packageJson['scripts']).filter(([event]) => events.has(event)).map(([event]) => finding(`the script "${event}" would run on the machine of whoever installs it`, 'Remove the script; build before you pack, with "prepack".', where));

/** npm runs node-gyp for these without being asked. */
const nativeBuilds = ({ archive }: Submission): readonly Finding[] =>
  archive.entries.filter(({ path }) => /\.gypi?$/i.test(path)).map(({ path }) => finding('npm would build native code from it during the installation', 'Leave it out: plugins have no native code.', path));

const shadows = ({ name, packageJson, archive }: Submission): readonly Finding[] =>
  [...commandsOf(packageJson, archive).keys()]
    .filter((command) => shadowed.has(plain(command)) && !(plain(command) === 'byoml' && ours.has(name)))
    .map((command) => finding(`its command "${command}" would stand in for another of that name`, 'Call the command after the package.', 'package.json'));

const plain = (command: string): string => posix.basename(command.toLowerCase()).replace(/\.(?:exe|cmd|bat|ps1|js)$/, '');
