import { Clock, Fetch, Logger, Secrets, type Needs, type Services } from '../../contracts/services.ts';
import { ByomlError } from '../../contracts/errors.ts';
import { steppedClock } from './clock.ts';
import { recordingLogger } from './logger.ts';

/** Services a fixture supplies itself, by the names its component asks for. */
export type ServiceOverrides = Readonly<Record<string, unknown>>;

const refuse: Fetch = () => Promise.reject(new Error('checks run without a network: supply `services: { fetch }` in the fixture'));

const fakes = new Map<symbol, () => unknown>([
  [Logger, recordingLogger],
  [Clock, () => steppedClock()],
  [Fetch, () => refuse],
  [Secrets, () => ({ get: async (name: string) => `secret-${name}` }) satisfies Secrets],
]);

/** What a component gets as services: the fixture's own, else fakes that touch nothing outside. */
export function fakeServices<N extends Needs>(needs: N | undefined, over: ServiceOverrides = {}): Services<N> {
  const given = Object.entries(needs ?? {}).map(([name, token]) => {
    if (name in over) return [name, over[name]];
    const make = fakes.get(token);
    if (!make) throw new ByomlError('SERVICE_MISSING', `the fixture must supply the service "${name}" (${String(token.description)})`);
    return [name, make()];
  });
  return Object.fromEntries(given) as Services<N>;
}
