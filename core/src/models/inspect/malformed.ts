/** Why bytes do not follow their format, and where. Every reader of this folder throws it; inspectModel turns it into a finding. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
  /** Position in the bytes the reader was given. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** What `read` answers, or the Malformed it threw. */
export function attempt<T>(read: () => T): T | Malformed {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof Malformed) return thrown;
    throw thrown;
  }
}
