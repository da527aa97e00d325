import { ByomlError } from '@byoml/core';
import { Errors } from '@oclif/core';
import { errorDocument, errorText } from './render/error.ts';

/** Ends a call that failed before a command could run: an unknown command, a broken installation. */
export function fail(thrown: Error, argv: readonly string[]): void {
  if (thrown instanceof Errors.ExitError) {
    process.exitCode = thrown.oclif.exit ?? 1;
    return;
  }
  const unknown = thrown instanceof Errors.CLIError;
  const error = unknown ? new ByomlError('USAGE_INVALID', thrown.message) : new ByomlError('INTERNAL', thrown.message, { cause: thrown });
  if (argv.includes('--json')) process.stdout.write(`${JSON.stringify(errorDocument(error))}\n`);
  else process.stderr.write(errorText(error, { trace: Boolean(process.env['BYOML_DEBUG']) }));
  process.exitCode = error.exit;
}
