export { resultColumns, type ResultRow } from './result-row.ts';
