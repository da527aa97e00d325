import type { Advisory, Exported, Imported, KeyRole, ListedAdvisory, Rebuilt, Rotated, Verification } from '@byoml/registry/admin';
import { bold, dim, green, red, yellow } from './colour.ts';
import { table } from './table.ts';

const count = (many: number, one: string): string => `${many.toLocaleString('en-US')} ${one}${many === 1 ? '' : 's'}`;
const outOfDate = (expired: readonly string[]): readonly string[] => (expired.length > 0 ? [`${yellow('!')} out of date: ${expired.join(', ')}; clients wait for the next signature`] : []);

/** What a look at a registry found. */
export function verificationText({ ok, events, packages, versions, findings, expired }: Verification): string {
  const looked = `${count(events, 'event')}, ${count(packages, 'package')}, ${count(versions, 'version')}`;
  const verdict = ok ? `${green('✓')} everything holds: ${looked}` : `${red('✗')} ${count(findings.length, 'finding')} in ${looked}`;
  return [verdict, ...findings.map(({ where, message }) => `  ${bold(where)}: ${message}`), ...outOfDate(expired)].join('\n');
}

/** What a rebuild changed. */
export const rebuiltText = ({ packages, changed }: Rebuilt): string =>
  changed.length === 0 ? `${green('✓')} nothing was wrong in ${count(packages, 'package')}` : [`made anew, of ${count(packages, 'package')}:`, ...changed.map((key) => `  ${key}`)].join('\n');

/** An advisory that was signed. */
export const advisoryText = ({ id, digests, severity, reason, expires }: Advisory): string =>
  [`${bold(id)}  ${severity}  until ${expires}  ${reason}`, ...digests.map((digest) => `  ${dim(digest)}`)].join('\n');

/** The advisories of a registry, with those that count no more. */
export function advisoriesText(advisories: readonly ListedAdvisory[]): string {
  if (advisories.length === 0) return dim('no advisories');
  return table(advisories.map(({ id, counts, because = '', says: { severity = '', expires = '', reason = '', affected } }) =>
    [counts ? bold(id) : dim(id), severity, affected ? `${affected.name}@${affected.versions}` : '', expires, counts ? reason : dim(because)]));
}

/** Who may sign what. */
export const keyRolesText = (roles: readonly KeyRole[]): string =>
  roles.map(({ role, keys, threshold, version, expires }) => [`${bold(role)}  ${threshold} of ${keys.length}  version ${version}  until ${expires}`, ...keys.map((id) => `  ${dim(id)}`)].join('\n')).join('\n');

/** A root that was signed, and what to do now. */
export function rotatedText({ roles, made, advisories }: Rotated, { online }: { readonly online: boolean }): string {
  const keys = made.map((path) => `made ${path}: keep it offline, and a copy where you keep what you cannot lose`);
  const again = online ? [`${yellow('!')} start a running server again: its keys are no longer the registry's`] : [];
  return [keyRolesText(roles), ...keys, ...(advisories.length > 0 ? [`signed anew: ${advisories.join(', ')}`] : []), ...again].join('\n');
}

/** A bundle that was written. */
export const exportedText = ({ out, packages, versions, expires }: Exported): string =>
  `${bold(out)}  ${count(packages, 'package')}, ${count(versions, 'version')}; fresh until ${expires}, and importable afterwards`;

/** What became of a bundle. */
export function importedText({ imported, held, present, refused, advisories, expired, adminToken, rootKeyFile }: Imported): string {
  return [
    `${count(imported.length, 'version')} taken over, ${present} there already`,
    ...held.map((version) => `  ${yellow('!')} ${version} is held back: look at it, then \`byoml registry promote ${version}\``),
    ...refused.map(({ name, version, message }) => `  ${red('✗')} ${bold(`${name}@${version}`)}: ${message}`),
    ...(advisories.length > 0 ? [`advisories signed for this registry: ${advisories.join(', ')}`] : []),
    ...(expired.length > 0 ? [`${yellow('!')} the bundle is not fresh (${expired.join(', ')}): what has happened since is not in it`] : []),
    ...(adminToken === undefined ? [] : [`administrator's token, shown once:  ${adminToken}`]),
    ...(rootKeyFile === undefined ? [] : [`root key, to keep offline:  ${rootKeyFile}`]),
  ].join('\n');
}
