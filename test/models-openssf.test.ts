import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
const fixtures = join(import.meta.dirname, 'fixtures', 'model-signing');
/** A Python that may have the OpenSSF's `model_signing` (and `pyopenssl`, which it needs and does not name). */
const python = process.env['BYOML_PYTHON'] ?? 'python3';
const isThere = spawnSync(python, ['-c', 'import model_signing'], { timeout: 60_000 }).status === 0;

let folder = '';
const at = (name: string): string => join(folder, name);
const run = (file: string, args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', cwd: folder, timeout: 60_000 });
  return { status, text: `${stdout}${stderr}` };
};
const ours = (...args: readonly string[]) => run(process.execPath, [byoml, ...args, '--json']);
const theirs = (...args: readonly string[]) => run(python, ['-c', 'from model_signing._cli import main; main()', ...args]);
const done = (text: RegExp) => ({ status: 0, text: expect.stringMatching(text) });

describe.skipIf(!isThere)('models signed here and by the model_signing of the OpenSSF (needs it in Python: BYOML_PYTHON)', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'byoml-openssf-'));
    writeFileSync(at('a.csv'), `user,resource\n${Array.from({ length: 100 }, (_, i) => `u${i % 10},r${(i * 7) % 13}`).join('\n')}\n`);
    const { status, text } = ours('train', '--algorithm', 'anomalous-resource-access/access-walk', '--data', 'a.csv', '--model', 'trained');
    if (status !== 0) throw new Error(text);
    cpSync(fixtures, at('keys'), { recursive: true });
    chmodSync(at('keys/signer.key.pem'), 0o600);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The same model in a folder of its own. */
  const copied = (): string => {
    const name = mkdtempSync(at('model-')).slice(folder.length + 1);
    cpSync(at('trained'), at(name), { recursive: true });
    return name;
  };

  test('with a key, both ways', () => {
    const [mine, other] = [copied(), copied()];
    expect(ours('models', 'sign', mine, '--new-key', 'key.pem')).toMatchObject({ status: 0 });
    expect(theirs('verify', 'key', mine, '--signature', `${mine}/model.sig`, '--public_key', 'key.pub.pem')).toEqual(done(/Verification succeeded/));
    expect(theirs('sign', 'key', other, '--private_key', 'key.pem', '--signature', `${other}/model.sig`)).toEqual(done(/Signing succeeded/));
    expect(ours('models', 'verify', other, '--key', 'key.pub.pem')).toEqual(done(/"method": "key"/));
  });

  const signedWithCertificate = (): string => {
    const mine = copied();
    expect(ours('models', 'sign', mine, '--key', 'keys/signer.key.pem', '--certificate', 'keys/signer.pem')).toMatchObject({ status: 0 });
    return mine;
  };
  const theirsVerify = (model: string) => theirs('verify', 'certificate', model, '--signature', `${model}/model.sig`, '--certificate_chain', 'keys/ca.pem');

  test('with a certificate, both ways', () => {
    const [mine, other] = [signedWithCertificate(), copied()];
    expect(theirsVerify(mine)).toEqual(done(/Verification succeeded/));
    expect(theirs('sign', 'certificate', other, '--private_key', 'keys/signer.key.pem', '--signing_certificate', 'keys/signer.pem', '--certificate_chain', 'keys/ca.pem', '--signature', `${other}/model.sig`)).toEqual(done(/Signing succeeded/));
    expect(ours('models', 'verify', other, '--certificate', 'keys/ca.pem')).toEqual(done(/"method": "certificate"/));
  });

  test('what was changed after it was signed is refused by both', () => {
    const mine = signedWithCertificate();
    writeFileSync(at(`${mine}/more.txt`), 'x');
    expect(theirsVerify(mine).status).not.toBe(0);
    expect(ours('models', 'verify', mine, '--certificate', 'keys/ca.pem').status).toBe(5);
  });
});
