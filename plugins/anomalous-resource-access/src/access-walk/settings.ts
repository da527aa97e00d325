import { z } from '@byoml/core';
import { halfLife } from '../graph/half-life.ts';

export const exponents = [0.5, 0.75, 1] as const;
export type Exponent = (typeof exponents)[number];

export const settings = z.strictObject({
  halfLife: halfLife().describe('An access weighs half after this time. Needs days'),
  b: z.literal(['auto', ...exponents]).default('auto').describe("How strongly a resource's popularity is divided out; auto: chosen per scope on its own accesses"),
  hubs: z.int().min(0).max(1024).default(64).describe('How many of the most used resources get a table of paths. Changes speed and memory, not scores'),
});
export type Settings = z.output<typeof settings>;
