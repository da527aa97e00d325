import type { ByomlError } from '@byoml/core';
import { dim, red } from './colour.ts';

/** The one shape of a failure with --json. */
export const errorDocument = ({ code, message, hint, details }: ByomlError): { error: object } => ({ error: { code, message, hint, details } });

function* causes(error: Error): Iterable<string> {
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) yield cause.message;
}

/** A failure for people: what happened, because of what, what to do next. */
export function errorText(error: ByomlError, { trace }: { readonly trace: boolean }): string {
  const lines = [`${red('✗')} ${error.message}`];
  for (const cause of causes(error)) if (!error.message.includes(cause)) lines.push(`  because: ${cause}`);
  lines.push(`  ${error.hint}`, dim(`  ${error.code} · docs/errors.md`));
  if (trace) lines.push(String((error.cause as Error | undefined)?.stack ?? error.stack));
  return `${lines.join('\n')}\n`;
}
