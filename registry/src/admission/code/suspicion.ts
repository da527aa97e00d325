/**
 * `forbidden`: code that cannot be looked at before it runs. `process`: starts programs. `loading`: loads what nobody can name.
 * No plugin may; with other packages, such as command lines, a person decides. `opaque`: a person decides with plugins too.
 */
export type SuspicionKind = 'forbidden' | 'process' | 'loading' | 'opaque';

export interface Suspicion {
  readonly message: string;
  readonly kind: SuspicionKind;
}

export interface Suspected extends Suspicion {
  /** Position in the text. */
  readonly index: number;
}
