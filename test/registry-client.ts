import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The real npm clients: https://www.npmjs.com/package/npm */
export const npmClients = ['npm-oldest', 'npm-newest'] as const;
export type NpmClient = (typeof npmClients)[number];

const require = createRequire(import.meta.url);
const manifests: Readonly<Record<NpmClient, string>> = { 'npm-oldest': require.resolve('npm-oldest/package.json'), 'npm-newest': require.resolve('npm-newest/package.json') };

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Call {
  readonly cwd?: string;
  /** Prompt → what to type when it appears. */
  readonly answers?: readonly (readonly [string, string])[];
}

/** Somebody with an own home, cache and .npmrc, at one npm client. */
export class NpmUser {
  readonly home: string;
  readonly #client: NpmClient;
  readonly #registry: string;

  constructor(folder: string, client: NpmClient, registry: string) {
    this.home = mkdtempSync(join(folder, 'home-'));
    this.#client = client;
    this.#registry = registry;
    writeFileSync(this.npmrc, '');
  }

  get npmrc(): string {
    return join(this.home, '.npmrc');
  }

  /** Uses this token from now on. */
  hold(token: string): this {
    writeFileSync(this.npmrc, `${this.#registry.replace(/^http:/, '')}:_authToken=${token}\n`);
    return this;
  }

  npm(args: readonly string[], call: Call = {}): Promise<Ran> {
    return this.npmAlone(['--registry', this.#registry, ...args], call);
  }

  logIn(name: string, password: string): Promise<Ran> {
    return this.npm(['login', '--auth-type=legacy'], { answers: [['sername:', name], ['assword:', password]] });
  }

  /** npm without being told a registry. */
  async npmAlone(args: readonly string[], { cwd = this.home, answers = [] }: Call = {}): Promise<Ran> {
    const cli = join(dirname(manifests[this.#client]), 'bin', 'npm-cli.js');
    const settings = ['--userconfig', this.npmrc, '--cache', join(this.home, 'cache'), '--globalconfig', join(this.home, 'global'), '--prefix', cwd, '--fetch-retries=0', '--no-update-notifier', '--no-fund', '--no-audit'];
    const child = spawn(process.execPath, [cli, ...settings, ...args], { cwd, env: { PATH: process.env['PATH'] ?? '', HOME: this.home, NO_COLOR: '1' } });
    const printed = { stdout: '', stderr: '' };
    const waiting = [...answers];
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        printed[stream] += text;
        const [next] = waiting;
        if (next && text.includes(next[0])) child.stdin.write(`${waiting.shift()?.[1]}\n`);
      });
    if (answers.length === 0) child.stdin.end();
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, ...printed };
  }

  /** A folder with a small package, to publish from. */
  pack(name: string, version: string, more: object = {}): string {
    const folder = join(this.home, `${name.replace(/[@/]/g, '_')}-${version}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, description: 'Finds odd hours.', keywords: ['sentinel', 'hours'], license: 'MIT', main: 'index.js', ...more }));
    writeFileSync(join(folder, 'LICENSE'), 'MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software.\n');
    writeFileSync(join(folder, 'index.js'), `module.exports = ${JSON.stringify(version)};\n`);
    return folder;
  }
}
