import { coldColumns, defineAlgorithm, Logger, scopeFolder, statuses, type Algorithm, type Batches, type ModelFiles, type Run } from '@byoml/core';
import { modelInvalid } from '../graph/binary.ts';
import { pacer } from '../graph/pacer.ts';
import { rankChoice, type RankChoice } from './choose-rank.ts';
import { alsColumns, type AlsColumns } from './columns.ts';
import { Factorisation } from './factorisation.ts';
import { decodeFactorisation } from './factorisation-file.ts';
import { factorise, type Effort } from './factorise.ts';
import { readLikelihoods, type ScopeLikelihoods } from './likelihoods.ts';
import { AlsModel } from './model.ts';
import { profiles, resolved, settings as schema, type Settings } from './settings.ts';
import { joined, scopeMatrix } from './training-matrix.ts';
import { warnings } from './warnings.ts';

const create = (settings: Settings, logger: Logger): Algorithm<AlsColumns, typeof coldColumns> => {
  /** `chosen` are factorisations whose ranks are kept. */
  const learn = async (data: Batches<AlsColumns>, run: Run, chosen: readonly Factorisation[]): Promise<AlsModel> => {
    const scopes = await readLikelihoods(data, settings, run);
    const parts = (settings.separateScopes ? scopes.map((scope) => [scope]) : [scopes]).filter((part) => part.length > 0).map((part) => ({ part, choice: rankOf(part, chosen) ?? rankChoice(part, settings, run.seed) }));
    const effort = effortOf(parts.map(({ choice }) => choice), settings, run);
    const fitted: Factorisation[] = [];
    for (const { part, choice } of parts) {
      const rank = await choice.choose(effort);
      const matrix = joined(part.map((scope) => scopeMatrix(scope, settings, run.seed)));
      fitted.push(new Factorisation(matrix, await factorise(matrix, rank, settings, effort)));
    }
    for (const message of fitted.flatMap(warnings)) logger.warn(`als-access: ${message}`);
    return new AlsModel(settings, fitted, learn);
  };
  return {
    fit: (data, run) => learn(data, run, []),
    async load(files: ModelFiles) {
      const names = (await files.names()).toSorted();
      const parts = await Promise.all(names.map(async (name) => decodePart(name, await files.read(name), settings)));
      return new AlsModel(settings, parts, learn);
    },
  };
};

/** The rank that the factorisation of the scopes' first has; undefined where there is none. */
function rankOf([first]: readonly ScopeLikelihoods[], chosen: readonly Factorisation[]): RankChoice | undefined {
  const same = chosen.find(({ groups }) => groups.some(({ scope }) => scope === first?.scope));
  return same && { trials: 0, choose: async () => same.factors.rank };
}

function effortOf(choices: readonly RankChoice[], { maxIterations }: Settings, run: Run): Effort {
  const total = choices.reduce((sum, { trials }) => sum + maxIterations * (1 + trials), 0);
  let done = 0;
  return { seed: run.seed, pace: pacer(run), swept: () => run.progress({ done: ++done, total, unit: 'sweeps' }) };
}

function decodePart(name: string, bytes: Uint8Array, { separateScopes }: Settings): Factorisation {
  const part = decodeFactorisation(name, bytes);
  const [group] = part.groups;
  const expected = separateScopes ? `scopes/${scopeFolder(group?.scope ?? '')}/als.bin` : 'joint/als.bin';
  if (name !== expected || (separateScopes && part.groups.length !== 1)) throw modelInvalid(name, `is not a file of this model, expected ${expected}`);
  return part;
}

/** Non-negative alternating least squares, as CyberML's AccessAnomaly under `compat`. Its parameters are mapped in original-parameters.ts. */
export const alsAccess = defineAlgorithm({
  id: 'als-access',
  summary: 'Scores an access by how badly it fits a low-rank picture of who uses what (CyberML\'s method)',
  settings: schema,
  input: alsColumns,
  output: coldColumns,
  alertUnit: 'pair-day',
  population: 'new-pairs',
  statuses,
  profiles,
  needs: { logger: Logger },
  create: (given, { logger }) => create(resolved(given), logger),
});
