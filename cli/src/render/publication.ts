import { type AuthorFinding, type AuthorKey, type CheckedPackage } from '@byoml/registry/author';
import { bold, dim, green, red, yellow } from './colour.ts';

const mark = ({ enforced, hold }: AuthorFinding): string => (enforced && !hold ? red('✗') : yellow('!'));

/** Findings for people: what, where, what to do. */
export const findingsText = (findings: readonly AuthorFinding[]): string =>
  findings.map((each) => [`    ${mark(each)} ${each.where === undefined ? '' : `${bold(each.where)}: `}${each.message}`, dim(`      ${each.hint}`)].join('\n')).join('\n');

/** Each check with its mark: kept, broken, or something that a person decides or should know. */
export function checksText(what: string, { checks, state }: CheckedPackage): string {
  const lines = checks.flatMap(({ id, summary, findings }) => {
    const worst = findings.find(({ enforced, hold }) => enforced && !hold) ?? findings[0];
    return [`  ${worst ? mark(worst) : green('✓')} ${id}  ${dim(summary)}`, ...(findings.length > 0 ? [findingsText(findings)] : [])];
  });
  const held = state === 'QUARANTINED' ? ['a registry holds it back until somebody has looked at it'] : [];
  return [bold(what), ...lines, ...held].join('\n');
}

export const notComparedText = (notCompared: readonly string[]): string => notCompared.map((what) => `  ${yellow('!')} ${what}`).join('\n');

/** Which key signs; what to do with a new one. */
export const keyText = ({ path, key, made }: AuthorKey): string =>
  made ? `made your key ${key.public.hex}\n  ${path}: nobody else may have it; keep a copy where you keep what you cannot lose` : `signed with ${key.public.hex} (${path})`;

interface Accepted {
  readonly name: string;
  readonly version: string;
  readonly state: string;
  readonly visible: string | null;
  readonly findings: readonly AuthorFinding[];
}

/** How far a version has come at a registry. */
export function acceptedText({ name, version, state, visible, findings }: Accepted): string {
  const what = `${bold(`${name}@${version}`)} ${state}`;
  const when = visible === null ? (state === 'QUARANTINED' || state === 'PASSED' ? 'is held back until somebody has looked at it' : '') : Date.parse(visible) > Date.now() ? `appears at ${visible}` : 'is visible now';
  return [`${what}  ${when}`.trimEnd(), ...(findings.length > 0 ? [findingsText(findings)] : [])].join('\n');
}
