import { createHash } from 'node:crypto';

/** SHA-256 over parts that may hold any character. */
export const idOf = (...parts: ReadonlyArray<string | number>): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** settled 21: the same for the same detection, scope, pair and UTC day, whatever the run. */
export const recordIdOf = (detection: string, scope: string, user: string, resource: string, day: number): string => idOf('record', detection, scope, user, resource, day);

export const incidentIdOf = (detection: string, role: string, kind: string, scope: string, entity: string, day: number): string => idOf('incident', detection, role, kind, scope, entity, day).slice(0, 16);
