import type { FileFormat } from '../../contracts/data-source.ts';
import type { ServiceOverrides } from '../fakes/services.ts';

/** What an author says about an engine; the kit brings its own tables. */
export interface EngineFixture {
  readonly settings?: object;
  /** Formats it reads and writes; all when absent. */
  readonly formats?: readonly FileFormat[];
  /** `false`: runs no SQL, so the checks of views and of its dialect do not apply. */
  readonly sql?: false;
  readonly services?: ServiceOverrides;
  /** How long a stopped call may take to end, milliseconds; 5000 when absent. */
  readonly patienceMs?: number;
}
