import { mkdirSync } from 'node:fs';
import { algorithm, scoreWith, train, type BadInput } from './bad-input.ts';

const usage = { exit: 2 } as const;
const state = { exit: 7 } as const;

/** Command lines that do not fit, and places that cannot be written to. */
export const badUsage: readonly BadInput[] = [
  { name: 'an unknown setting', code: 'SETTINGS_INVALID', ...usage, says: /colour/, call: (place) => train(place, '--set', 'colour=blue') },
  { name: 'a setting of the wrong type', code: 'SETTINGS_INVALID', ...usage, says: /halfLife/, call: (place) => ['train', '--algorithm', 'anomalous-resource-access/access-walk', '--data', place.accesses, '--model', place.at('new-model'), '--set', 'halfLife=soon'] },
  { name: '--set without a value', code: 'SETTINGS_INVALID', ...usage, says: /colour/, call: (place) => train(place, '--set', 'colour') },
  { name: 'an unknown flag', code: 'USAGE_INVALID', ...usage, says: /--speed/, call: (place) => train(place, '--speed', 'high') },
  { name: 'a missing flag', code: 'USAGE_INVALID', ...usage, says: /model/, call: ({ accesses }) => ['train', '--algorithm', algorithm, '--data', accesses] },
  { name: 'an unknown command', code: 'USAGE_INVALID', ...usage, says: /trian/, call: () => ['trian'] },
  { name: 'a seed in words', code: 'USAGE_INVALID', ...usage, says: /seed|integer/i, call: (place) => train(place, '--seed', 'lucky') },
  { name: 'row 0', code: 'USAGE_INVALID', ...usage, says: /row|1/, call: ({ model, accesses }) => ['explain', '--model', model, '--data', accesses, '--row', '0'] },
  { name: 'an unknown profile', code: 'PROFILE_UNKNOWN', ...usage, says: /fast/, call: (place) => train(place, '--profile', 'fast') },
  { name: 'an unknown profile in the address', code: 'PROFILE_UNKNOWN', ...usage, says: /fast/, call: ({ accesses, at }) => ['train', '--algorithm', `${algorithm}:fast`, '--data', accesses, '--model', at('new-model')] },
  { name: 'an address that is none', code: 'ADDRESS_INVALID', ...usage, says: /walk the dog/, call: ({ accesses, at }) => ['train', '--algorithm', 'walk the dog', '--data', accesses, '--model', at('new-model')] },
  { name: 'an unknown setting of a view', code: 'SETTINGS_INVALID', ...usage, says: /colour/, call: (place) => train(place, '--view', 'anomalous-resource-access/sign-ins', '--view-set', 'colour=blue') },
  { name: 'a model folder that holds something else', code: 'FOLDER_OCCUPIED', ...usage, says: /new-model/, call: (place) => {
    mkdirSync(place.at('new-model'));
    place.file('new-model/thesis.txt', 'the only copy');
    return train(place);
  } },
  { name: 'a row the file does not have', code: 'ROW_UNKNOWN', exit: 3, says: /241.*240|9999/s, call: ({ model, accesses }) => ['explain', '--model', model, '--data', accesses, '--row', '9999'] },
  { name: 'a scored file of an unknown format', code: 'FORMAT_UNKNOWN', exit: 3, says: /scored\.xlsx/, call: ({ model, accesses, at }) => ['score', '--model', model, '--data', accesses, '--out', at('scored.xlsx')] },

  { name: 'a model folder below a file', code: 'WRITE_FAILED', ...state, says: /accesses\.csv/, call: ({ accesses, at }) => ['train', '--algorithm', algorithm, '--data', accesses, '--model', at('accesses.csv/model')] },
  { name: 'a scored file below a file', code: 'WRITE_FAILED', ...state, says: /accesses\.csv/, call: ({ model, accesses, at }) => ['score', '--model', model, '--data', accesses, '--out', at('accesses.csv/scored.csv')] },
  { name: 'a scored file that is a folder', code: 'WRITE_FAILED', ...state, says: /scored\.csv/, call: (place) => {
    mkdirSync(place.at('scored.csv'));
    return scoreWith(place, place.model);
  } },
  { name: 'a disk that is full while the model is written', code: 'WRITE_FAILED', ...state, says: /graph\.bin/, call: (place) => ({ args: train(place), fileKib: 0 }) },
  { name: 'a disk that is full while scores are written over older ones', code: 'WRITE_FAILED', ...state, says: /scored\.csv/, call: (place) => {
    place.file('scored.csv', 'scores of yesterday');
    return { args: scoreWith(place, place.model), fileKib: 1 };
  } },
];
