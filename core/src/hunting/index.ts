export { kqlInstant, kqlReal, kqlText } from './kql-literal.ts';
export { lookupAdvice, lookupKql, type Lookup } from './lookup.ts';
export { alertKql, resultsKql, type Hunt, type HuntedAlert, type HuntedEvents, type HuntOfResults } from './related-events.ts';
