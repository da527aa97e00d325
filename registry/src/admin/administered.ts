import type { Registry } from '../server/registry.ts';
import type { Trust } from '../server/trust.ts';
import type { OnlineKeys } from '../trust/tuf/roles.ts';
import type { Places } from './places.ts';

/** A folder registry in the hands of its administrator; a server may run on it meanwhile. */
export interface Administered extends AsyncDisposable {
  readonly places: Places;
  readonly registry: Registry;
  readonly trust: Trust;
  readonly keys: OnlineKeys;
  /** Private key to keep offline; only when this opening made it. */
  readonly rootKeyFile: string | undefined;
}
