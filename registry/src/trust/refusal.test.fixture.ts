import { isByomlError } from '@byoml/core';

/** The message of the TRUST_REFUSED that some work throws. Throws when it throws nothing, or something else. */
export function refusal(work: () => unknown): string {
  let result: unknown;
  try {
    result = work();
  } catch (thrown) {
    if (isByomlError(thrown) && thrown.code === 'TRUST_REFUSED') return thrown.message;
    throw thrown;
  }
  throw new Error(`accepted ${JSON.stringify(result)}`);
}
