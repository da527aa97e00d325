import { ByomlError } from '@byoml/core';
import { printable } from './printable.ts';

/** The check that findings of a package which cannot be opened are told under. */
const check = 'archive';

/** PUBLISH_REFUSED for a tarball that is no package. Its details have one finding, like those of the admission checks. */
export function refused(message: string, hint: string, { where, cause }: { readonly where?: string; readonly cause?: unknown } = {}): ByomlError {
  const finding = { check, message: printable(message), hint, ...(where !== undefined && { where: printable(where) }) };
  return new ByomlError('PUBLISH_REFUSED', `package: ${finding.where === undefined ? '' : `${finding.where}: `}${finding.message}`, { details: { findings: [finding] }, ...(cause !== undefined && { cause }) });
}
