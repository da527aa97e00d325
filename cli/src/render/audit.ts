import type { Audit } from '../installing/marketplace.ts';
import { bold, dim, green, red, yellow } from './colour.ts';
import { printable } from './plugin-printable.ts';

/** What an audit found, for people. */
export function auditText(raw: Audit): string {
  const { ok, findings } = printable(raw);
  const lines = findings.map(({ plugin, version, kind, message, severity }) => `${yellow('!')} ${plugin === '' ? '' : `${bold(`${plugin} ${version}`)}  `}${dim(severity === undefined ? kind : `${kind}, ${severity}`)}\n    ${message}`);
  return [...lines, ok ? `${green('✓')} everything that is installed may run` : `${red('✗')} something that is installed must not run`].join('\n');
}
