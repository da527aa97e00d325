import { records } from './0001-records.ts';
import { counts } from './0002-counts.ts';
import { deadLetters } from './0003-dead-letters.ts';
import { quarantine } from './0004-quarantine.ts';
import { suppressed } from './0005-suppressed.ts';
import { alertRule } from './0006-alert-rule.ts';

/** What brings a state from version n to n + 1, from 0. Released ones never change. */
export const migrations: readonly string[] = [records, counts, deadLetters, quarantine, suppressed, alertRule];
