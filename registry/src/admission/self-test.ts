import { gzipSync } from 'node:zlib';
import { pluginManifest } from '@byoml/core/plugins';
import { ByomlError, isByomlError } from '@byoml/core';
import { openArchive } from '../package/open-archive.ts';
import { tarOf } from '../package/pack.ts';
import type { Admit } from './admit.ts';
import type { Submission } from './check.ts';
import { sampleFiles, sampleManifest, samplePackageJson, submissionOf, type Files } from './sample-package.ts';

interface KnownBad {
  /** The check that has to refuse it. */
  readonly check: string;
  readonly files: Files;
  readonly changes?: Partial<Submission>;
}

const withFields = (fields: Readonly<Record<string, unknown>>): Files => sampleFiles({ packageJson: { ...samplePackageJson, ...fields } });
const withFile = (path: string, bytes: string | Uint8Array): Files => sampleFiles({ files: { [path]: bytes } });
const components = sampleManifest['components'] as readonly Readonly<Record<string, unknown>>[];
const withComponent = (kind: string, fields: Readonly<Record<string, unknown>>): Files =>
  sampleFiles({ manifest: { ...sampleManifest, components: components.map((component) => (component['kind'] === kind ? { ...component, ...fields } : component)) } });

/** One package at least per check: the sample with one thing changed. */
function knownBad(): readonly KnownBad[] {
  return [
    { check: 'typosquat', files: withFields({ name: '@by0ml/quiet-hours' }) },
    { check: 'manifest-confusion', files: sampleFiles(), changes: { document: { ...samplePackageJson, scripts: { postinstall: 'node steal.js' } } } },
    { check: 'lifecycle-scripts', files: withFields({ scripts: { postinstall: 'node steal.js' } }) },
    { check: 'lifecycle-scripts', files: withFile('binding.gyp', '{}') },
    { check: 'dependency-policy', files: withFields({ dependencies: { semver: 'git+https://example.test/semver.git' } }) },
    { check: 'plugin-manifest', files: withFile('byoml.plugin.json', '{"contract":2}') },
    { check: 'attack-techniques', files: withComponent('rule-template', { attack: ['T9999'] }) },
    { check: 'licence', files: withFields({ license: 'UNLICENSED' }) },
    { check: 'source-hygiene', files: withFile('dist/score.js', "export const level = 'user\u202E \u2066// admin\u2069 \u2066';\n") },
    { check: 'dynamic-code', files: withFile('dist/score.js', "export const score = (text) => (0, eval)(text);\n") },
    { check: 'compatibility', files: withComponent('algorithm', { settings: { type: 'object', properties: {} } }), changes: { previous: { version: '1.1.0', packageJson: samplePackageJson, manifest: pluginManifest.parse(sampleManifest) } } },
    { check: 'model-formats', files: withFile('model.pkl', Buffer.from('800495100000008c026f73948c0673797374656d9493942e', 'hex')) },
    { check: 'model-formats', files: withFile('model.onnx', 'no model') },
  ];
}

/**
 * Publishes a good package and a bad one per check to the assembled pipeline, as a server has to before it listens (attack 26: a gate that was not
 * loaded lets everything in). Throws INTERNAL with the name of the check that let its package through.
 */
export async function selfTest(admit: Admit, signal: AbortSignal): Promise<void> {
  await refusesLinks(signal);
  const good = await admit(await submissionOf(sampleFiles(), signal), signal);
  if (good.state !== 'PASSED') throw broken(`a good package is ${good.state}: ${good.findings.map(({ check, message }) => `${check}: ${message}`).join('; ')}`);
  for (const { check, files, changes } of knownBad()) {
    const { state, findings } = await admit(await submissionOf(files, signal, changes), signal);
    if (state !== 'REJECTED' || !findings.some((finding) => finding.check === check && finding.enforced)) throw broken(`a package that the check "${check}" has to refuse is ${state}`);
  }
}

async function refusesLinks(signal: AbortSignal): Promise<void> {
  const entries = [...Object.entries(sampleFiles()).map(([path, bytes]) => ({ path: `package/${path}`, bytes })), { path: 'package/link', type: 'SymbolicLink', linkpath: '/etc/passwd' } as const];
  const opened = await openArchive(gzipSync(tarOf(entries)), signal).catch((thrown: unknown) => thrown);
  if (!isByomlError(opened) || opened.code !== 'PUBLISH_REFUSED') throw broken('a tarball with a link is opened');
}

const broken = (what: string): ByomlError => new ByomlError('INTERNAL', `self-test of the registry's admission: ${what}`);
