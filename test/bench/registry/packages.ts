import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { randomFrom } from '@byoml/core/random';

/** A generated package and what `npm publish` sends for it. */
export interface GeneratedPackage {
  readonly name: string;
  readonly version: string;
  /** The account that publishes it. */
  readonly author: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly attack: string;
  readonly body: string;
}

/** One author each; no two are one letter apart, so that none looks like another. */
const scopes = ['harbour', 'lantern', 'meadow', 'granite', 'orchard', 'compass', 'thicket', 'willow', 'saffron', 'juniper', 'cobalt', 'marble', 'falcon', 'glacier', 'ember', 'prairie', 'timber', 'velvet', 'zephyr', 'canyon'];
const adjectives = ['quiet', 'first', 'rare', 'stale', 'late', 'sudden', 'distant', 'hidden', 'shared', 'broken', 'unusual', 'foreign', 'nightly', 'silent', 'frequent', 'odd'];
const things = ['hours', 'login', 'share', 'process', 'upload', 'token', 'mailbox', 'rule', 'device', 'vault', 'group', 'secret', 'session', 'printer', 'query', 'travel', 'policy', 'account'];
const people = ['user', 'team', 'service', 'host', 'manager', 'contractor', 'tenant'];
const techniques = ['T1078', 'T1021.002', 'T1021.001', 'T1110', 'T1098', 'T1136', 'T1567', 'T1059.001'];

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Plugins of a few kilobytes with README and manifest, all generated; the same number gives the same packages. */
export function generatedPackages(count: number): GeneratedPackage[] {
  const random = randomFrom(5);
  const one = <T>(list: readonly T[]): T => list[random.below(list.length)] as T;
  return Array.from({ length: count }, (_, i) => {
    const scope = scopes[i % scopes.length] as string;
    const [adjective, thing, who] = [one(adjectives), one(things), one(people)];
    const about = { name: `@${scope}/${adjective}-${thing}-${i}`, version: '1.0.0', description: `Finds a ${adjective} ${thing} of a ${who} that ${one(people)} and ${one(things)} do not explain.`, keywords: ['byoml-plugin', thing, who], attack: one(techniques) };
    return { ...about, author: `author-of-${scope}`, body: publication(about, tarball(filesOf(about))) };
  });
}

type About = Omit<GeneratedPackage, 'author' | 'body'>;

const packageJsonOf = ({ name, version, description, keywords }: About): object => ({
  name, version, description, keywords, license: 'MIT', type: 'module',
  exports: { '.': './dist/index.js', './byoml.plugin.json': './byoml.plugin.json' },
  files: ['dist', 'byoml.plugin.json'],
  peerDependencies: { '@byoml/core': '^0.1.0' },
});

function filesOf(about: About): Readonly<Record<string, string>> {
  const { name, version, description, attack } = about;
  const columns = { type: 'object', properties: { user: { type: 'string', description: 'Who' }, day: { type: 'integer' } }, required: ['user'], additionalProperties: false };
  const settings = { type: 'object', properties: { halfLife: { type: 'string', default: '30d' } }, additionalProperties: false };
  const components = [
    { kind: 'algorithm', id: 'score', summary: 'Scores a day by how seldom it is', settings, input: columns, output: { type: 'object', properties: { day: { type: 'integer' } }, required: ['day'] }, alertUnit: 'user-day', population: 'all', statuses: ['scored'] },
    { kind: 'rule-template', id: 'alert', summary: 'Tells of a rare day', settings: { type: 'object', properties: {} }, title: 'A rare day', attack: [attack], falsePositives: ['Travel'], blindSpots: [], columns, kql: false },
  ];
  return {
    'package.json': json(packageJsonOf(about)),
    'byoml.plugin.json': json({ contract: 1, name, version, capabilities: {}, components }),
    LICENSE: 'MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software.\n',
    'README.md': `# ${name}\n\n${description}\n\n${`It learns from thirty days and says for every day how seldom one like it was seen.\n`.repeat(15)}`,
    'dist/index.js': "import { definePlugin } from '@byoml/core';\nimport { score } from './score.js';\n\nexport default definePlugin({ components: [score] });\n",
    'dist/score.js': 'export const score = (days) => days.map((day) => -Math.log((1 + day.count) / (2 + days.length)));\n',
  };
}

/** https://www.gnu.org/software/tar/manual/html_node/Standard.html */
function entry(path: string, text: string): Buffer {
  const [content, header] = [Buffer.from(text), Buffer.alloc(512)];
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(`package/${path}`);
  header.write(octal(0o644, 7) + octal(0, 7) + octal(0, 7) + octal(content.length, 11) + octal(499_162_500, 11), 100);
  header.write('        0', 148);
  header.write('ustar\x0000', 257, 'latin1');
  header.write(`${octal(header.reduce((sum, byte) => sum + byte, 0), 6)} `, 148);
  return Buffer.concat([header, content, Buffer.alloc(-content.length & 511)]);
}

const tarball = (files: Readonly<Record<string, string>>): Buffer => gzipSync(Buffer.concat([...Object.entries(files).map(([path, text]) => entry(path, text)), Buffer.alloc(1024)]));

function publication(about: About, packed: Buffer): string {
  const { name, version } = about;
  const digest = (algorithm: string) => createHash(algorithm).update(packed);
  const file = `${name}-${version}.tgz`;
  const dist = { integrity: `sha512-${digest('sha512').digest('base64')}`, shasum: digest('sha1').digest('hex'), tarball: `http://localhost/${name}/-/${file}` };
  return JSON.stringify({
    _id: name, name, description: about.description, 'dist-tags': { latest: version }, access: null,
    versions: { [version]: { ...packageJsonOf(about), _id: `${name}@${version}`, dist } },
    _attachments: { [file]: { content_type: 'application/octet-stream', data: packed.toString('base64'), length: packed.length } },
  });
}
