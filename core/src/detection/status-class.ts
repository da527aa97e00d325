import { statuses, type Status } from '../contracts/algorithm.ts';

/** Classes of rows that are ranked among themselves: 0 hot (`known`, `scored`), 1 (`unconnected`, `new-resource`), 2 (`new-user`, `new-both`). */
export const classCount = 3;

const classes: Readonly<Record<Status, number>> = { known: 0, scored: 0, unconnected: 1, 'new-resource': 1, 'new-user': 2, 'new-both': 2 };

/** Status code (index into `statuses`) → class. */
export const classOfStatus: Uint8Array = Uint8Array.from(statuses, (status) => classes[status]);

export const knownStatus: number = statuses.indexOf('known');
