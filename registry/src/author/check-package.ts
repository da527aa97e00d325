import { inspectModel } from '@byoml/core/models/inspect';
import type { AdmissionState } from '../admission/check.ts';
import { staticChecks } from '../admission/static-checks.ts';
import { staticAdmission } from '../server/static-admission.ts';
import { findingsIn, type AuthorFinding } from './findings.ts';
import type { PackedPackage } from './packed-package.ts';
import type { PublishedBefore } from './published-before.ts';

/** One check and what it found; nothing when the package keeps its promise. */
export interface CheckResult {
  readonly id: string;
  readonly summary: string;
  readonly findings: readonly AuthorFinding[];
}

export interface CheckedPackage {
  readonly state: AdmissionState;
  /** In the order in which a registry runs them. */
  readonly checks: readonly CheckResult[];
  readonly findings: readonly AuthorFinding[];
}

const archive = { id: 'archive', summary: 'The tarball is plain files that two readers see alike.' };

/** Runs the static checks of a registry on a package that is not published yet. They prove themselves first: throws INTERNAL when one lets a known bad package through. */
export async function checkPackage(packed: PackedPackage, before: PublishedBefore, signal: AbortSignal): Promise<CheckedPackage> {
  const { name, version, tarball } = packed;
  const admit = await staticAdmission(signal);
  const { state, findings: found } = await admit({ name, version, tarball, document: documentOf(packed), publisher: before.account ?? '', previous: before.previous, taken: before.taken }, signal);
  const findings = findingsIn(found);
  const checks = [archive, ...staticChecks(inspectModel)].map(({ id, summary }) => ({ id, summary, findings: findings.filter(({ check }) => check === id) }));
  return { state, checks, findings };
}

/** The version's document as npm sends it: what the tarball says, and its digests. */
export const documentOf = ({ name, version, packageJson, integrity }: PackedPackage): Readonly<Record<string, unknown>> => ({ ...packageJson, _id: `${name}@${version}`, dist: { integrity } });
