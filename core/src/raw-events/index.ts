export type { RawEvent } from './candidates.ts';
export { rawEvents, type RawEvents, type RawEventsRequest } from './raw-events.ts';
export type { ViewRow } from './row-count.ts';
