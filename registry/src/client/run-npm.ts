import { spawn } from 'node:child_process';
import { ByomlError } from '@byoml/core';

const kept = 8192;

/** The npm client of whoever started this program: the very one that runs it, else the one on the path. */
function clientOf(): { readonly command: string; readonly first: readonly string[]; readonly shell: boolean } {
  const path = process.env['npm_execpath'];
  if (path && /npm-cli\.c?js$/.test(path)) return { command: process.execPath, first: [path], shell: false };
  const windows = process.platform === 'win32';
  return { command: windows ? 'npm.cmd' : 'npm', first: [], shell: windows }; // Windows runs .cmd files only through a shell; no argument of ours needs quoting
}

/** What npm inherits. Settings of an npm that started this program are not for this one: they could name other scripts, registries and folders. */
const environment = (): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(?:config_(?:prefix|global|local_prefix|workspaces?|ignore_scripts)|lifecycle|package|command)/i.test(name)));

/** Runs npm in a folder and answers what it printed. Throws NPM_FAILED with its last lines, and the signal's reason. */
export function runNpm(folder: string, given: readonly string[], signal: AbortSignal): Promise<string> {
  const { command, first, shell } = clientOf();
  return new Promise((resolve, reject) => {
    const failed = (because: string, cause?: unknown): void => reject(signal.aborted ? signal.reason as Error : new ByomlError('NPM_FAILED', `npm ${given[0]}: ${because}`, { cause, details: { output: output.slice(-kept) } }));
    let output = '';
    let answer = '';
    const child = spawn(command, [...first, ...given], { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe'], shell, signal });
    child.stdout.setEncoding('utf8').on('data', (text: string) => { answer = (answer + text).slice(-kept * 8); output = (output + text).slice(-kept); });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { output = (output + text).slice(-kept); });
    child.on('error', (error) => failed(error.message, error));
    child.on('close', (status) => (status === 0 ? resolve(answer) : failed(lastLine(output) ?? `it ended with ${status}`)));
  });
}

const lastLine = (output: string): string | undefined => output.split('\n').filter((each) => /\S/.test(each) && !each.includes('complete log of this run')).at(-1)?.replace(/\p{Cc}/gu, ' ').slice(0, 300);

/** Installs what a project's `package.json` names; runs no script of any package. Throws NPM_FAILED. */
export async function npmInstall(project: string, signal: AbortSignal): Promise<void> {
  await runNpm(project, ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', '--no-bin-links', '--no-omit-lockfile-registry-resolved'], signal);
}

/** The registry that npm's configuration names for a scope; undefined when it names none. Throws NPM_FAILED. */
export async function configuredRegistry(folder: string, scope: string, signal: AbortSignal): Promise<string | undefined> {
  const answer = (await runNpm(folder, ['config', 'get', `${scope}:registry`], signal)).trim();
  return /^https?:\/\/\S+$/.test(answer) ? answer : undefined;
}
