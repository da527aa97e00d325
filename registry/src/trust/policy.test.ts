import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isByomlError } from '@byoml/core';
import { generateKey, signingKey } from './keys.ts';
import { identityFor, judge, readPolicy, type PolicyFacts } from './policy.ts';

const [root, author, stranger] = [generateKey(), generateKey(), generateKey()].map((pem) => signingKey(pem).public) as [never, never, never];
const hex = (key: { readonly hex: string }): string => key.hex;
const now = new Date('2030-01-02T00:00:00Z');
const pipeline = { issuer: 'https://token.actions.githubusercontent.com', repository: 'https://github.com/acme/detections', workflow: '.github/workflows/publish.yml', ref: 'refs/heads/main' };
const facts: PolicyFacts = { plugin: '@scope/name@1.0.0', signers: [author['id']], provenance: { ...pipeline, environment: null, commit: null, run: null }, reproduced: true, hosts: [], published: new Date('2030-01-01T00:00:00Z') };
const rules = (require: object, given: Partial<PolicyFacts> = {}, roots: readonly string[] = []): readonly string[] => {
  const answer = judge(readPolicy({ roots, require }), { ...facts, ...given }, now);
  return answer.allowed ? [] : answer.reasons.map(({ rule }) => rule);
};

test('an empty policy allows everything, a full one what fulfils it', () => {
  expect(judge(readPolicy({}), { ...facts, signers: [] }, now)).toEqual({ allowed: true });
  expect(rules({ signedBy: [hex(author)], reproduced: true, capabilities: { noNetwork: true }, cooldown: '24h' })).toEqual([]);
});

test.each([
  ['signedBy', { signedBy: [hex(author)] }, { signers: [stranger['id']] }],
  ['signedBy', { signedBy: [hex(author)] }, { signers: [] }],
  ['provenance', { provenance: true }, { provenance: null }],
  ['reproduced', { reproduced: true }, { reproduced: false }],
  ['capabilities.noNetwork', { capabilities: { noNetwork: true } }, { hosts: ['evil.example'] }],
  ['cooldown', { cooldown: '25h' }, {}],
  ['cooldown', { cooldown: '0s' }, { published: new Date('2030-01-03T00:00:00Z') }],
  ['cooldown', { cooldown: '0s' }, { published: new Date(NaN) }],
])('the rule %s refuses what breaks it, and only then', (rule, require, given) => {
  expect(rules(require, given)).toEqual([rule]);
  expect(rules({}, given)).toEqual([]);
});

test('every broken rule is told, with the plugin and what it does', () => {
  const answer = judge(readPolicy({ require: { signedBy: [hex(stranger)], reproduced: true, capabilities: { noNetwork: true }, cooldown: '7d' } }), { ...facts, reproduced: false, hosts: ['a.example', '\u001b[31mb'] }, now);
  expect(answer).toMatchObject({ allowed: false, reasons: [{ rule: 'signedBy' }, { rule: 'reproduced' }, { rule: 'capabilities.noNetwork', message: '@scope/name@1.0.0: it asks for the hosts a.example, [31mb' }, { rule: 'cooldown', message: expect.stringContaining('free from 2030-01-08T00:00:00.000Z') }] });
});

test('a signature of the organisation\'s root counts wherever one is asked for', () => {
  expect(rules({ signedBy: [hex(author)] }, { signers: [root['id']] }, [hex(root)])).toEqual([]);
  expect(rules({ signedBy: [hex(author)] }, { signers: [root['id']] })).toEqual(['signedBy']);
});

const pins = (identities: object): object => ({ sigstore: { trustedRoot: 'trusted_root.json', identities } });

test('a package has the pipeline of its own name, or else that of its scope', () => {
  const policy = readPolicy(pins({ '@scope': pipeline, '@scope/other': { ...pipeline, ref: 'refs/tags/v{version}' }, bare: pipeline }));
  expect(['@scope/name', '@scope/other', '@scopes/name', 'bare', 'constructor'].map((name) => identityFor(policy, name)?.ref)).toEqual(['refs/heads/main', 'refs/tags/v{version}', undefined, 'refs/heads/main', undefined]);
});

test('what has a pipeline pinned needs it, other packages only where all need one', () => {
  const rulesOf = (require: object, plugin: string, provenance: PolicyFacts['provenance']): string[] => {
    const answer = judge(readPolicy({ ...pins({ '@scope': pipeline }), require }), { ...facts, plugin, provenance }, now);
    return answer.allowed ? [] : answer.reasons.map(({ rule }) => rule);
  };
  expect(rulesOf({}, '@scope/name@1.0.0', null)).toEqual(['provenance']);
  expect(rulesOf({}, '@scope/name@1.0.0', facts.provenance)).toEqual([]);
  expect(rulesOf({}, '@other/name@1.0.0', null)).toEqual([]);
  expect(rulesOf({ provenance: true }, '@other/name@1.0.0', null)).toEqual(['provenance']);
});

test.each([
  ['no trusted root', { sigstore: { identities: {} } }],
  ['no name', { sigstore: { trustedRoot: 'x', identities: { 'Not A Name': pipeline } } }],
  ['no workflow', pins({ '@scope': { ...pipeline, workflow: undefined } })],
  ['a repository with a slash at its end', pins({ '@scope': { ...pipeline, repository: 'https://github.com/acme/detections/' } })],
  ['a repository that is none', pins({ '@scope': { ...pipeline, repository: 'acme/detections' } })],
  ['a ref that is none', pins({ '@scope': { ...pipeline, ref: 'main' } })],
  ['a workflow with a ref', pins({ '@scope': { ...pipeline, workflow: '.github/workflows/publish.yml@main' } })],
  ['something unknown', pins({ '@scope': { ...pipeline, actor: 'alice' } })],
])('a pinned pipeline with %s is refused', (_, policy) => {
  expect(() => readPolicy(policy)).toThrow(expect.objectContaining({ code: 'SETTINGS_INVALID' }));
});

test('an unknown key is named at its own place', () => {
  expect(() => readPolicy({ require: { signdBy: [], cooldown: 24 } })).toThrow('require.signdBy: unknown key');
});

test.each([[{ require: { signdBy: [] } }], [{ unknown: 1 }], [{ require: { signedBy: [] } }], [{ require: { signedBy: ['alice'] } }], [{ require: { capabilities: { noNetwork: false } } }], [{ require: { cooldown: 24 } }], [{ require: { cooldown: '1 day' } }], [{ roots: ['x'] }], [null], ['']])('a policy that is not understood is refused: %j', (policy) => {
  expect(() => readPolicy(policy)).toThrow(expect.objectContaining({ code: 'SETTINGS_INVALID' }));
});

test('whatever a policy file holds, it is read or refused with a code', () => {
  fc.assert(fc.property(fc.anything(), (value) => {
    try {
      readPolicy(value);
    } catch (thrown) {
      if (!isByomlError(thrown)) throw thrown;
    }
  }), { numRuns: 100 });
});
