import { z } from '@byoml/core';

const simple = /^(\d+(?:\.\d+)?)([dhm])$/;
const iso = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/;
const perDay = { d: 1, h: 24, m: 1440 } as const;

const isoDays = (text: string): number => {
  const [, weeks = '0', days = '0', hours = '0', minutes = '0'] = iso.exec(text) ?? [];
  return Number(weeks) * 7 + Number(days) + Number(hours) / 24 + Number(minutes) / 1440;
};

/** Days of a duration such as `120d`, `12h`, `15m` or ISO 8601 `P120D`; 0 when it is none. */
export function durationDays(text: string): number {
  const [, amount, unit] = simple.exec(text) ?? [];
  return amount === undefined ? isoDays(text) : Number(amount) / perDay[unit as keyof typeof perDay];
}

/** The setting `halfLife`: after this time an access weighs half. */
export const halfLife = (): z.ZodDefault<z.ZodString> =>
  z.string().refine((text) => durationDays(text) > 0 && durationDays(text) < 1e6, { error: 'expected a duration such as 120d, 12h, 15m or P120D' }).default('120d');
