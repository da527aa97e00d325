import { ByomlError } from '../contracts/errors.ts';
import type { Database } from './database.ts';
import { migrations } from './migrations/all.ts';

/** "BYML": tells our file from any other SQLite file. */
const applicationId = 0x42594d4c;

const pragma = (database: Database, name: string): number => Number(database.get(`pragma ${name}`)?.[name]);

/** Whether the file's tables are those of this byoml. Throws STATE_NEWER, and STATE_FAILED for a file that is not a state. */
export function isCurrent(database: Database): boolean {
  const version = pragma(database, 'user_version');
  const empty = database.get('select 1 from sqlite_schema limit 1') === undefined;
  if (!empty && pragma(database, 'application_id') !== applicationId) throw new ByomlError('STATE_FAILED', `${database.path}: not a state of byoml`, { details: { path: database.path } });
  if (version > migrations.length) throw new ByomlError('STATE_NEWER', `${database.path}: has version ${version}, this byoml knows up to ${migrations.length}`, { details: { path: database.path, version, known: migrations.length } });
  return version === migrations.length;
}

/** Brings an empty or older file up to date, each step whole or not at all. */
export function migrate(database: Database): void {
  if (isCurrent(database)) return;
  for (let version = pragma(database, 'user_version'); version < migrations.length; version++) {
    database.transaction(() => database.script(`${migrations[version]}; pragma application_id = ${applicationId}; pragma user_version = ${version + 1}`));
  }
}
