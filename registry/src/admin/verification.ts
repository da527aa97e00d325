import { isByomlError } from '@byoml/core';

/** Something in a registry that is not as it has to be. */
export interface VerifyFinding {
  /** Key in the storage, for the log with `:line`. */
  readonly where: string;
  readonly message: string;
}

/** What `verify` gathers. */
export class Findings {
  readonly all: VerifyFinding[] = [];

  add(where: string, message: string): void {
    this.all.push({ where, message });
  }

  /** Notes an error about the registry as a finding and answers undefined; throws every other. */
  async told<T>(where: string, work: () => Promise<T> | T): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      if (!isByomlError(thrown) || thrown.code === 'CANCELLED') throw thrown;
      this.add(typeof thrown.details['where'] === 'string' && where === '' ? thrown.details['where'] : where, thrown.message);
      return undefined;
    }
  }
}
