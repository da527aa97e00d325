import { resolve } from 'node:path';
import { isByomlError } from '@byoml/core';
import { printable } from '../trust/refusal.ts';
import { identityFor, judge, type Policy } from '../trust/policy.ts';
import { loadPolicy, type LoadedPolicy } from '../trust/policy-file.ts';
import { publicKey } from '../trust/keys.ts';
import { advisoriesAbout, cachedAdvisories } from './cached-advisories.ts';
import { dependencyDeviations, pluginDeviations, type Deviation } from './compare-contents.ts';
import { contentsDigest, contentsFile, readContents, type Contents } from './contents.ts';
import { placedVersions, type Placed } from './install-location.ts';
import { openInstalled } from './installed.ts';
import { isLockedDependencies } from './machine-dependencies.ts';
import { lockedDifferences } from './locked-identity.ts';
import type { PluginsLock } from './plugins-lock.ts';
import { readPluginsLock } from './plugins-lock-file.ts';
import { refreshAdvisories } from './registry-advisories.ts';
import { registryId } from './registry-address.ts';
import { openSession } from './registry-session.ts';
import { signedPackument } from './signed-packument.ts';
import { placesOf, type WorkspacePlaces } from './workspace-places.ts';

/** Something that is not as it should be. */
export interface AuditFinding {
  /** Name of the plugin; empty for what all of them share. */
  readonly plugin: string;
  readonly version: string;
  readonly kind: 'changed' | 'missing' | 'stranger' | 'advisory' | 'yanked' | 'policy' | 'registry' | 'level';
  readonly message: string;
  readonly severity?: 'low' | 'medium' | 'high' | 'critical';
}

export interface Audit {
  /** False when something must not run; versions that were only taken out of new installations may. */
  readonly ok: boolean;
  readonly findings: readonly AuditFinding[];
}

export interface AuditRequest {
  readonly workspace: string;
  /** Whether to ask the registries for new advisories and withdrawals; otherwise what is known counts. */
  readonly refresh: boolean;
  readonly now: Date;
}

const harmless: ReadonlySet<AuditFinding['kind']> = new Set(['yanked', 'level']);

/** Looks at everything that is installed: files, advisories, policy and, when asked, the registries. Throws TRUST_REFUSED for a lock file that does not hold, SETTINGS_INVALID for such a policy. */
export async function auditPlugins({ workspace: given, refresh, now }: AuditRequest, signal: AbortSignal): Promise<Audit> {
  const workspace = resolve(given);
  const places = placesOf(workspace);
  await openInstalled(workspace, now); // finishes what was interrupted
  const lock = readPluginsLock(places.lockFile);
  if (!lock) return { ok: true, findings: [] };
  const loaded = await loadPolicy({ workspace, named: process.env['BYOML_POLICY'] });
  const asked = refresh ? await registryFindings({ workspace, lock, loaded, now }, signal) : [];
  const placed = [...placedVersions(lock.plugins).values()];
  const findings = [...fileFindings(places, lock, placed), ...placed.flatMap((each) => [...advisoryFindings(places, each, now), ...policyFindings(loaded, each, now)]), ...asked];
  return { ok: findings.every(({ kind }) => harmless.has(kind)), findings };
}

const about = ({ name, locked: { version } }: Placed) => ({ plugin: name, version });
const faults: Readonly<Record<Deviation['kind'], string>> = { changed: 'was changed since it was installed', missing: 'is missing', stranger: 'was not there when it was installed' };
const deviationFinding = (of: { readonly plugin: string; readonly version: string }, { kind, file }: Deviation): AuditFinding => ({ ...of, kind, message: `${file} ${faults[kind]}` });

function fileFindings({ project, trust }: WorkspacePlaces, lock: PluginsLock, placed: readonly Placed[]): readonly AuditFinding[] {
  if (placed.length === 0) return [];
  const contents = listedIn(project);
  if (!contents) return placed.map((each) => ({ ...about(each), kind: 'missing', message: 'it is in plugins.lock but not installed; install it again' }));
  const shared = { plugin: '', version: '' };
  if (!isLockedDependencies(contents.dependencies, lock, trust)) return [{ ...shared, kind: 'changed', message: `${contentsFile} is not the one that plugins.lock names` }];
  const dependencies = [...dependencyDeviations(project, contents)].map((deviation) => deviationFinding(shared, deviation));
  return [...placed.flatMap((each) => pluginFindings(project, contents, each)), ...dependencies];
}

function pluginFindings(project: string, { plugins }: Contents, placed: Placed): readonly AuditFinding[] {
  const listing = plugins.get(placed.location);
  if (!listing) return [{ ...about(placed), kind: 'missing', message: 'it is in plugins.lock but not installed; install it again' }];
  if (contentsDigest(listing) !== placed.locked.contents) return [{ ...about(placed), kind: 'changed', message: `${contentsFile} is not the one that plugins.lock names` }];
  return [...pluginDeviations(project, placed.location, listing)].map((deviation) => deviationFinding(about(placed), deviation));
}

function listedIn(project: string): Contents | undefined {
  try {
    return readContents(project);
  } catch {
    return undefined;
  }
}

const advisoryFindings = ({ trust }: WorkspacePlaces, placed: Placed, now: Date): readonly AuditFinding[] =>
  advisoriesAbout(cachedAdvisories(trust, registryId(placed.locked.registry)), placed.locked.integrity, now).map(({ id, reason, severity, expires }) => ({ ...about(placed), kind: 'advisory', message: `${id}: ${reason} (until ${expires})`, severity }));

/** The cooldown counted when the version was installed; provenance was verified then, and the lock keeps whose it was: that has to be the pipeline that the policy pins now. */
function policyFindings({ policy }: LoadedPolicy, placed: Placed, now: Date): readonly AuditFinding[] {
  const { signer, capabilities } = placed.locked;
  const facts = { plugin: `${placed.name}@${placed.locked.version}`, signers: signer.key === null ? [] : [publicKey(signer.key).id], provenance: null, reproduced: false, hosts: capabilities.hosts ?? [], published: new Date(0) };
  const judgement = judge(policy, facts, now);
  const other = otherPipeline(policy, placed);
  const reasons = judgement.allowed ? [] : judgement.reasons.filter(({ rule }) => rule !== 'provenance' || other === undefined);
  return [...reasons.map(({ message }) => message), ...(other ?? [])].map((message) => ({ ...about(placed), kind: 'policy', message }));
}

/** How the pipeline in the lock differs from the pinned one; undefined where there is not one of each to compare. */
function otherPipeline(policy: Policy, { name, locked: { version, signer } }: Placed): readonly string[] | undefined {
  const pinned = identityFor(policy, name);
  if (signer.identity === undefined || !pinned) return undefined;
  return lockedDifferences(signer.identity, pinned, { name, version }).map((difference) => printable(`${name}@${version}: of the pipeline that built it, ${difference}`));
}

interface Asking {
  readonly workspace: string;
  readonly lock: PluginsLock;
  readonly loaded: LoadedPolicy;
  readonly now: Date;
}

async function registryFindings(asking: Asking, signal: AbortSignal): Promise<readonly AuditFinding[]> {
  const byRegistry = Map.groupBy(placedVersions(asking.lock.plugins).values(), ({ locked }) => locked.registry);
  const findings: AuditFinding[] = [];
  for (const [registry, placed] of byRegistry) {
    try {
      findings.push(...(await findingsAt(registry, placed, asking, signal)));
    } catch (thrown) {
      signal.throwIfAborted();
      if (!isByomlError(thrown)) throw thrown;
      findings.push({ plugin: '', version: '', kind: 'registry', message: thrown.message });
    }
  }
  return findings;
}

async function findingsAt(registry: string, placed: readonly Placed[], { workspace, loaded, now }: Asking, signal: AbortSignal): Promise<readonly AuditFinding[]> {
  await using session = await openSession({ workspace, registry }, signal);
  await refreshAdvisories(session, { roots: loaded.policy.roots, now });
  const findings: AuditFinding[] = [];
  for (const each of placed) {
    const version = (await signedPackument(session, each.name))?.versions[each.locked.version];
    if (!version) findings.push({ ...about(each), kind: 'registry', message: `${registry} no longer has it` });
    else if (version.dist.integrity !== each.locked.integrity) findings.push({ ...about(each), kind: 'registry', message: `${registry} now has other bytes under this version` });
    if (version?.yanked !== undefined) findings.push({ ...about(each), kind: 'yanked', message: `withdrawn from new installations: ${version.yanked}` });
  }
  return findings;
}
