import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ByomlError } from '../contracts/errors.ts';
import { busy, resultCode, stateFailure } from './failure.ts';

/**
 * The right to write in a workspace: an exclusive transaction, never committed, on a file beside the state. The operating system
 * ends it with the process, so a process that died holds nothing; the state itself stays readable. Throws STATE_LOCKED, STATE_FAILED.
 */
export function lockWorkspace(workspace: string, folder: string): Disposable {
  const path = join(folder, 'lock.sqlite');
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(path, { timeout: 0 });
    connection.exec('begin exclusive');
  } catch (thrown) {
    connection?.close();
    if (resultCode(thrown) === busy) throw new ByomlError('STATE_LOCKED', `${workspace}: another byoml process is working in this workspace`, { details: { workspace } });
    throw stateFailure(path, thrown);
  }
  const held = connection;
  return { [Symbol.dispose]: () => held.isOpen && held.close() };
}
