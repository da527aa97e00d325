import { openArchive } from '../package/open-archive.ts';
import { packTarball } from '../package/pack.ts';
import type { Submission } from './check.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;
type Json = Readonly<Record<string, unknown>>;

const name = '@example/quiet-hours';
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const columns = { type: 'object', properties: { user: { type: 'string', description: 'Who' }, day: { type: 'integer' } }, required: ['user'], additionalProperties: false };

/** The package.json of a small plugin that every check accepts. */
export const samplePackageJson: Json = {
  name,
  version: '1.2.0',
  description: 'Finds work at hours when a user never worked before.',
  keywords: ['byoml-plugin'],
  license: 'MIT',
  type: 'module',
  exports: { '.': './dist/index.js', './byoml.plugin.json': './byoml.plugin.json' },
  files: ['dist', 'byoml.plugin.json'],
  scripts: { build: 'tsc -b', test: 'vitest run' },
  dependencies: { semver: '^7.8.0' },
  peerDependencies: { '@byoml/core': '^0.1.0' },
  devDependencies: { vitest: '5.1.1' },
};

export const sampleManifest: Json = {
  contract: 1,
  name,
  version: '1.2.0',
  capabilities: { hosts: ['intel.example'], wallMs: 60_000 },
  components: [
    {
      kind: 'algorithm', id: 'quiet-hours', summary: 'Scores an hour by how seldom the user worked in it',
      settings: { type: 'object', properties: { halfLife: { type: 'string', default: '30d' }, level: { type: 'integer', minimum: 1, maximum: 9 } }, additionalProperties: false },
      input: columns, output: { type: 'object', properties: { hour: { type: 'integer' } }, required: ['hour'] },
      alertUnit: 'user-day', population: 'all', statuses: ['scored'], profiles: { careful: { level: 9 } },
    },
    { kind: 'rule-template', id: 'first-night', summary: 'A first night of work', settings: { type: 'object', properties: {} }, title: 'First night of work', attack: ['T1078', 'T1021.002'], falsePositives: ['Travel'], blindSpots: [], columns, kql: false },
  ],
};

/** The files of the sample; each can be replaced, also by the JSON that is put into it. */
export function sampleFiles({ packageJson = samplePackageJson, manifest = sampleManifest, files = {} }: { readonly packageJson?: Json; readonly manifest?: Json; readonly files?: Files } = {}): Files {
  return {
    'package.json': json(packageJson),
    'byoml.plugin.json': json(manifest),
    LICENSE: 'MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software.\n',
    'README.md': '# Quiet hours\n\nFinds work at hours when a user never worked before. Naïve, but quick ⚡️ (👩‍💻 welcome).\n',
    'dist/index.js': "import { definePlugin } from '@byoml/core';\nimport { score } from './score.js';\n\nexport default definePlugin({ components: [score] });\n",
    'dist/score.js': 'export const score = (hours) => Math.max(...hours) instanceof Function ? 0 : hours.length;\n',
    ...files,
  };
}

/** A submission of these files by `author`, with the document that an honest client sends. */
export async function submissionOf(files: Files, signal: AbortSignal, changes: Partial<Submission> = {}): Promise<Submission> {
  const tarball = packTarball(files);
  const archive = await openArchive(tarball, signal);
  const packageJson = JSON.parse(new TextDecoder().decode(archive.file('package.json'))) as Json;
  const document = { ...packageJson, _id: `${String(packageJson['name'])}@${String(packageJson['version'])}`, dist: { shasum: '' } };
  return { name: String(packageJson['name']), version: String(packageJson['version']), publisher: 'author', tarball, archive, document, packageJson, previous: null, taken: new Map(), ...changes };
}
