import type { Columns } from '../../contracts/columns.ts';
import type { FileBytes } from '../fakes/model-files.ts';
import type { ServiceOverrides } from '../fakes/services.ts';
import type { InputRow } from '../table.ts';

/** What an author says about an algorithm, so that the kit can check it. Rows may leave out columns that have a default. */
export interface AlgorithmFixture<In extends Columns = any> {
  /** Valid settings; `{}` when absent. */
  readonly settings?: object;
  /** Rows to learn from, four or more. */
  readonly training: ReadonlyArray<InputRow<In>>;
  /** Rows that resemble training. */
  readonly usual: ReadonlyArray<InputRow<In>>;
  /** A planted anomaly: rows the algorithm claims to find odd. */
  readonly odd: ReadonlyArray<InputRow<In>>;
  /** How well the odd must be told from the usual: the least AUC, above .5; .9 when absent. */
  readonly auc?: number;
  /** What the model can do besides scoring; a check holds this equal to the model itself. */
  readonly can?: {
    readonly explain?: true;
    readonly scoreErased?: true;
    readonly refit?: true;
    /** `asRefit`: the largest difference of surprise between an update and learning everything at once. */
    readonly update?: true | { readonly asRefit: number };
  };
  /** `joint`: knowingly shares what it learns between scopes. */
  readonly scopes?: 'isolated' | 'joint';
  /** Files of a trained model, for algorithms that cannot learn. */
  readonly trained?: FileBytes;
  readonly services?: ServiceOverrides;
  /** How long a stopped call may take to end, milliseconds; 5000 when absent. */
  readonly patienceMs?: number;
}
