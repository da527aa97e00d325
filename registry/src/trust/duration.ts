import { z } from '@byoml/core';

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A span of time as people write it (`0s`, `90m`, `24h`, `7d`), as milliseconds. */
export const durationSchema = z
  .string()
  .regex(/^\d{1,6}[smhd]$/, 'expected a whole number and s, m, h or d, such as 24h')
  .transform((text) => Number(text.slice(0, -1)) * units[text.slice(-1) as keyof typeof units]);
