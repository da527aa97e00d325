import type { Session } from '../ad-hoc/session.ts';
import { attackTechnique, notInForce, tacticsOf, type Covered } from '../attack/index.ts';
import type { State } from '../state/index.ts';
import { readDetection, type Workspace } from './workspace.ts';

/** A technique that a rule names and that is not in force. */
export interface NotInForce {
  readonly technique: string;
  /** `was revoked in favour of T1027.005` … */
  readonly why: string;
  readonly detections: readonly string[];
}

/** What the detections of a workspace look for, in ATT&CK's words. */
export interface Coverage {
  /** By id. */
  readonly covered: readonly Covered[];
  readonly notInForce: readonly NotInForce[];
  /** Detections whose rules name no technique, or that have no rules. */
  readonly without: readonly string[];
}

/** Reads the rules of every detection and counts what they found. Throws what reading a detection and loading a plugin throw. */
export async function coverageOf(session: Session, workspace: Workspace, state: State): Promise<Coverage> {
  const named = new Map<string, Set<string>>();
  const without: string[] = [];
  for (const file of workspace.detections) {
    const { detection } = await readDetection(workspace, file);
    const ids = await techniquesOf(session, detection.rules.map(({ use }) => use));
    if (ids.size === 0) without.push(detection.name);
    for (const id of ids) named.set(id, (named.get(id) ?? new Set()).add(detection.name));
  }
  const alerts = state.countAlertsByTechnique();
  const detectionsOf = (id: string): string[] => [...(named.get(id) ?? [])].sort();
  const ids = [...named.keys()].sort();
  const alertsOf = (id: string): number => alerts.reduce((sum, one) => sum + (one.techniques.includes(id) && named.get(id)?.has(one.detection) ? one.alerts : 0), 0);
  return {
    covered: ids.filter((id) => attackTechnique(id)).map((technique) => ({ technique, detections: detectionsOf(technique), alerts: alertsOf(technique) })),
    notInForce: ids.flatMap((technique) => { const why = notInForce(technique); return why === undefined ? [] : [{ technique, why, detections: detectionsOf(technique) }]; }),
    without,
  };
}

async function techniquesOf({ catalogue }: Session, addresses: readonly string[]): Promise<ReadonlySet<string>> {
  const loaded = await Promise.all(addresses.map((address) => catalogue.load('rule-template', address)));
  return new Set(loaded.flatMap(({ definition }) => definition.attack));
}

/** Techniques under each tactic they belong to, in the order of the matrix. */
export function byTactic(covered: readonly Covered[]): ReadonlyArray<{ readonly id: string; readonly name: string; readonly techniques: readonly Covered[] }> {
  return tacticsOf(covered.map(({ technique }) => technique)).map((tactic) => ({ ...tactic, techniques: covered.filter(({ technique }) => attackTechnique(technique)?.tactics.includes(tactic)) }));
}
