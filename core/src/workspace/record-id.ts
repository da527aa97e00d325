import { createHash } from 'node:crypto';

/** SHA-256 over parts that may hold any character. */
export const idOf = (...parts: ReadonlyArray<string | number>): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

interface PairDay {
  readonly scope: string;
  readonly user: string;
  readonly resource: string;
  readonly day: number;
}

/** settled 21: the same for the same detection, scope, pair and UTC day, whatever the run. */
export const recordIdOf = (detection: string, { scope, user, resource, day }: PairDay): string => idOf('record', detection, scope, user, resource, day);

interface EntityDay {
  readonly kind: string;
  readonly scope: string;
  readonly entity: string;
}

export const incidentIdOf = (detection: string, role: string, { kind, scope, entity }: EntityDay, day: number): string => idOf('incident', detection, role, kind, scope, entity, day).slice(0, 16);
