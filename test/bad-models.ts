import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scoreWith, type BadInput, type Place } from './bad-input.ts';

const model = { exit: 5 } as const;

/** The largest file of the algorithm, relative to the model folder. */
function payload(folder: string): string {
  const files = readdirSync(join(folder, 'model'), { recursive: true, encoding: 'utf8' }).map((name) => join('model', name));
  const [largest] = files.filter((name) => statSync(join(folder, name)).isFile()).toSorted((a, b) => statSync(join(folder, b)).size - statSync(join(folder, a)).size);
  if (largest === undefined) throw new Error(`no files in ${folder}/model`);
  return largest;
}

/** The model after `damage`, asked for scores. */
const damaged = (damage: (place: Place) => void) => (place: Place): string[] => {
  damage(place);
  return scoreWith(place, place.model);
};

function flipBit(path: string, at: (bytes: Buffer) => number): void {
  const bytes = readFileSync(path);
  const position = at(bytes);
  bytes[position] = (bytes[position] as number) ^ 4;
  writeFileSync(path, bytes);
}

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Manifest {
  format: number;
  algorithm: { address: string };
  files: Record<string, { bytes: number; sha256: string }>;
  scopes: Record<string, string>;
}

/** Changes the manifest as an attacker would: with its own digest made right again. */
function forge({ model: folder }: Place, change: (manifest: Manifest) => void): void {
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  change(manifest);
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  writeFileSync(path, text);
  const digest = readFileSync(join(folder, 'manifest.sha256'), 'utf8');
  writeFileSync(join(folder, 'manifest.sha256'), digest.replace(/[0-9a-f]{64}/, sha256(text)));
}

/** Puts other bytes into every file of the algorithm, with all digests made right again. */
function replacePayload(place: Place, bytes: Uint8Array): void {
  forge(place, ({ files, scopes }) => {
    for (const name of Object.keys(files).filter((file) => file.startsWith('model/'))) {
      writeFileSync(join(place.model, name), bytes);
      files[name] = { bytes: bytes.length, sha256: sha256(bytes) };
    }
    for (const scope of Object.keys(scopes)) {
      const within = Object.keys(files).filter((name) => name.includes(`scopes/${scope}/`)).toSorted();
      scopes[scope] = sha256(within.map((name) => `${name} ${files[name]?.sha256}\n`).join(''));
    }
  });
}

/** Model folders that were damaged, forged, or are none. */
export const badModels: readonly BadInput[] = [
  { name: 'a model folder that is not there', code: 'MODEL_MISSING', ...model, says: /no-model/, call: (place) => scoreWith(place, place.at('no-model')) },
  { name: 'an empty model folder', code: 'MODEL_MISSING', ...model, says: /empty/, call: (place) => {
    mkdirSync(place.at('empty'));
    return scoreWith(place, place.at('empty'));
  } },
  { name: 'a file instead of a model folder', code: 'MODEL_MISSING', ...model, says: /accesses\.csv/, call: (place) => scoreWith(place, place.accesses) },
  { name: 'a manifest of another format', code: 'MODEL_FOREIGN', ...model, says: /format/, call: damaged((place) => forge(place, (manifest) => void (manifest.format = 99))) },
  { name: 'a model of an algorithm that is not installed', code: 'PLUGIN_NOT_FOUND', exit: 4, says: /crystal-ball/, call: damaged((place) => forge(place, ({ algorithm }) => void (algorithm.address = 'crystal-ball/gaze'))) },
  { name: 'a model of an algorithm the plugin does not have', code: 'COMPONENT_NOT_FOUND', exit: 4, says: /gaze/, call: damaged((place) => forge(place, ({ algorithm }) => void (algorithm.address = 'anomalous-resource-access/gaze'))) },
  { name: 'a file of the model cut off', code: 'MODEL_CORRUPT', ...model, says: /model\//, call: damaged(({ model: folder }) => truncateSync(join(folder, payload(folder)), 8)) },
  { name: 'a file of the model emptied', code: 'MODEL_CORRUPT', ...model, says: /model\//, call: damaged(({ model: folder }) => truncateSync(join(folder, payload(folder)), 0)) },
  { name: 'a file of the model with one bit flipped', code: 'MODEL_CORRUPT', ...model, says: /model\//, call: damaged(({ model: folder }) => flipBit(join(folder, payload(folder)), ({ length }) => length >> 1)) },
  { name: 'a file of the model removed', code: 'MODEL_CORRUPT', ...model, says: /model\//, call: damaged(({ model: folder }) => rmSync(join(folder, payload(folder)))) },
  { name: 'a file that does not belong to the model', code: 'MODEL_CORRUPT', ...model, says: /extra\.bin/, call: damaged(({ file }) => void file('model/extra.bin', 'x')) },
  { name: 'a file of the model replaced by a link to itself elsewhere', code: 'MODEL_CORRUPT', ...model, says: /model\//, call: damaged(({ model: folder, at }) => {
    const name = payload(folder);
    renameSync(join(folder, name), at('elsewhere.bin'));
    symlinkSync(at('elsewhere.bin'), join(folder, name));
  }) },
  { name: 'a folder of the model replaced by a link', code: 'MODEL_CORRUPT', ...model, says: /model/, call: damaged(({ model: folder, at }) => {
    renameSync(join(folder, 'model'), at('elsewhere'));
    symlinkSync(at('elsewhere'), join(folder, 'model'));
  }) },
  { name: 'a manifest with one bit flipped', code: 'MODEL_CORRUPT', ...model, says: /manifest/, call: damaged(({ model: folder }) => flipBit(join(folder, 'manifest.json'), (bytes) => bytes.indexOf('"seed"') + 1)) },
  { name: 'a manifest cut off', code: 'MODEL_CORRUPT', ...model, says: /manifest/, call: damaged(({ model: folder }) => truncateSync(join(folder, 'manifest.json'), 40)) },
  { name: 'a manifest without its digest', code: 'MODEL_CORRUPT', ...model, says: /manifest\.sha256/, call: damaged(({ model: folder }) => rmSync(join(folder, 'manifest.sha256'))) },
  { name: 'a manifest that names a file outside the folder', code: 'MODEL_CORRUPT', ...model, says: /manifest|accesses/, call: damaged((place) => forge(place, ({ files }) => void (files['../accesses.csv'] = { bytes: 1, sha256: '0'.repeat(64) }))) },
  { name: 'intact files that hold no model', code: 'MODEL_INVALID', ...model, says: /graph\.bin/, call: damaged((place) => replacePayload(place, Buffer.from('this is no model, but its digest is right'))) },
  { name: 'intact files of zeros', code: 'MODEL_INVALID', ...model, says: /graph\.bin/, call: damaged((place) => replacePayload(place, new Uint8Array(4096))) },
];
