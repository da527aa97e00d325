import { ByomlError } from '@byoml/core';
import type { AdmissionCheck, AdmissionState, Finding, Submission } from './check.ts';
import { finding } from './finding.ts';

/** A finding and the check that made it. */
interface ToldFinding extends Finding {
  readonly check: string;
  /** Whether it counts against the package; otherwise it is only told. */
  readonly enforced: boolean;
}

interface Verdict {
  readonly state: Extract<AdmissionState, 'REJECTED' | 'QUARANTINED' | 'PASSED' | 'ERRORED'>;
  /** In the order of the checks, each in the order of its own. */
  readonly findings: readonly ToldFinding[];
}

export type Admit = (submission: Submission, signal: AbortSignal) => Promise<Verdict>;

/** A hostile package could have a finding for each of its files. */
const mostPerCheck = 50;

/**
 * Runs every check, also after one has refused, so that an author sees everything at once. Fail-closed: only a package that every required
 * check has looked at and no enforced one objects to is PASSED. Throws INTERNAL for a list of checks that cannot be meant.
 */
export function admission(checks: readonly AdmissionCheck[]): Admit {
  const ids = new Set(checks.map(({ id }) => id));
  if (checks.length === 0 || ids.size < checks.length) throw new ByomlError('INTERNAL', `admission has ${checks.length} checks of ${ids.size} names`);
  return async (submission, signal) => {
    const findings: ToldFinding[] = [];
    let errored = false;
    for (const check of checks) {
      signal.throwIfAborted();
      const looked = await look(check, submission, signal);
      errored ||= looked.failed && check.required;
      findings.push(...looked.findings.map((found) => ({ ...found, check: check.id, enforced: looked.failed ? check.required : check.enforced })));
    }
    return { state: errored ? 'ERRORED' : stateOf(findings), findings };
  };
}

function stateOf(findings: readonly ToldFinding[]): Verdict['state'] {
  const counted = findings.filter(({ enforced }) => enforced);
  if (counted.some(({ hold }) => hold !== true)) return 'REJECTED';
  return counted.length > 0 ? 'QUARANTINED' : 'PASSED';
}

async function look(check: AdmissionCheck, submission: Submission, signal: AbortSignal): Promise<{ readonly failed: boolean; readonly findings: readonly Finding[] }> {
  try {
    const findings = await check.run(submission, signal);
    if (!Array.isArray(findings)) throw new TypeError('it answered no list');
    return { failed: false, findings: shortened(findings) };
  } catch (thrown) {
    signal.throwIfAborted();
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return { failed: true, findings: [finding(`the check could not be carried out: ${reason}`, 'Publish again; if it stays, tell the administrator of the registry.')] };
  }
}

/** Those that refuse come first where some are cut off, so that cutting never changes the verdict. */
function shortened(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= mostPerCheck) return findings;
  const kept = [...findings].sort((a, b) => Number(a.hold ?? false) - Number(b.hold ?? false)).slice(0, mostPerCheck);
  return [...kept, { ...finding(`${findings.length - mostPerCheck} more findings like these`, 'Correct these first.'), ...(kept.every(({ hold }) => hold) && { hold: true as const }) }];
}
