import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from './database.ts';
import { stateFailure } from './failure.ts';
import { isCurrent, migrate } from './migrate.ts';
import { lockWorkspace } from './workspace-lock.ts';

export interface OpenedDatabase {
  readonly database: Database;
  /** Of a writer. */
  readonly lock: Disposable | undefined;
}

const folderName = '.byoml';
const fileName = 'state.sqlite';

/** Opens a state for writing, under the workspace's lock; makes or updates it first. */
export function openForWriting(workspace: string): OpenedDatabase {
  const folder = join(workspace, folderName);
  makeFolder(folder);
  using opened = new DisposableStack();
  const lock = opened.use(lockWorkspace(workspace, folder));
  const database = opened.use(new Database(join(folder, fileName)));
  // A run is committed once an hour: waiting for the disk costs nothing, and a run that was reported survives a power cut.
  database.script('pragma journal_mode = wal; pragma synchronous = full');
  migrate(database);
  opened.move();
  return { database, lock };
}

/** Opens a state for reading, also while another process writes. A workspace without state reads as an empty one. */
export function openForReading(workspace: string): OpenedDatabase {
  const path = join(workspace, folderName, fileName);
  if (!existsSync(path)) return { database: emptyState(path), lock: undefined };
  using opened = new DisposableStack();
  const database = opened.use(new Database(path, { readOnly: true }));
  if (isCurrent(database)) {
    opened.move();
    return { database, lock: undefined };
  }
  opened.dispose();
  const { database: updated, lock } = openForWriting(workspace);
  updated[Symbol.dispose]();
  lock?.[Symbol.dispose]();
  return openForReading(workspace);
}

function emptyState(path: string): Database {
  const database = new Database(path, { at: ':memory:' });
  migrate(database);
  database.script('pragma query_only = true');
  return database;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (thrown) {
    if (!existsSync(folder)) throw stateFailure(folder, thrown);
  }
}
