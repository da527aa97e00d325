import { ByomlError, z } from '@byoml/core';

const pair = z.strictObject({ scope: z.string().default('').describe('Scope of the pair'), user: z.string().describe('User of the pair'), resource: z.string().describe('Resource of the pair') });

export const settings = z.strictObject({
  rank: z.union([z.literal('auto'), z.int().min(1).max(64)]).default('auto').describe('Latent factors. auto: chosen on hidden pairs of the training data. Original: rankParam'),
  maxIterations: z.int().min(1).max(1000).default(25).describe('Sweeps over resources and users. Original: maxIter'),
  regularization: z.number().min(0).max(1e6).default(0.1).describe('Ridge, multiplied by the number of accesses of the user or resource (ALS-WR). Original: regParam'),
  separateScopes: z.boolean().default(true).describe('One factorisation per scope. false: one over all scopes, which then share the factors. Original: separateTenants'),
  likelihood: z.enum(['log', 'count', 'span']).default('log').describe('Strength of an access. log: ln(1 + count); count; span: count/(1 + days from firstSeen to lastSeen), as the original\'s notebooks'),
  low: z.number().min(1).max(1e6).nullable().default(5).describe('Scaled strength of the weakest access of a scope; null with high: not scaled. Original: lowValue'),
  high: z.number().min(1).max(1e6).nullable().default(10).describe('Scaled strength of the strongest access of a scope. Original: highValue'),
  implicit: z.boolean().default(true).describe('true: every pair without access counts as a weak no; false: only drawn negatives do. Original: applyImplicitCf'),
  alpha: z.number().min(0).max(1e6).optional().describe('Confidence per unit of strength; implicit only, 1 when absent. Original: alphaParam'),
  complementFactor: z.int().min(0).max(100).optional().describe('Negatives drawn per access; explicit only, 2 when absent. Original: complementsetFactor'),
  negativeScore: z.number().min(-1e6).max(1e6).optional().describe('Strength of a drawn negative, below low; explicit only, 1 when absent. Original: negScore'),
  history: z.array(pair).default([]).describe('Pairs known from before. Original: historyAccessDf'),
  preserveHistory: z.boolean().default(true).describe('Pairs of the history get surprise 0. Original: preserve_history'),
});

/** Settings as fitting uses them: what one mode does not have is at its default. */
export interface Settings extends Omit<z.output<typeof settings>, 'low' | 'high'> {
  readonly alpha: number;
  readonly complementFactor: number;
  readonly negativeScore: number;
  /** null: strengths are not scaled. */
  readonly range: readonly [low: number, high: number] | null;
}

const invalid = (message: string): ByomlError => new ByomlError('SETTINGS_INVALID', `als-access: ${message}`);

function rangeOf({ low, high }: z.output<typeof settings>): Settings['range'] {
  if (low === null && high === null) return null;
  if (low === null || high === null) throw invalid('low and high are both numbers or both null');
  if (high <= low) throw invalid(`high (${high}) must be above low (${low})`);
  return [low, high];
}

/** Checks what a schema cannot say about single fields. Throws SETTINGS_INVALID. */
export function resolved({ low, high, ...given }: z.output<typeof settings>): Settings {
  const range = rangeOf({ low, high, ...given });
  const { implicit, alpha, complementFactor, negativeScore = 1 } = given;
  if (!implicit && alpha !== undefined) throw invalid('alpha is a setting of implicit mode only');
  if (implicit && (complementFactor !== undefined || given.negativeScore !== undefined)) throw invalid('complementFactor and negativeScore are settings of explicit mode only');
  if (!implicit && range !== null && negativeScore >= range[0]) throw invalid(`negativeScore (${negativeScore}) must be below low (${range[0]})`);
  return { ...given, range, alpha: alpha ?? 1, complementFactor: complementFactor ?? 2, negativeScore };
}

/** CyberML's defaults. */
const compat = { rank: 10, maxIterations: 25, regularization: 1, separateScopes: false, likelihood: 'span', low: 5, high: 10, implicit: true, alpha: 1 } as const;

export const profiles = { compat, tuned: {} } as const;
