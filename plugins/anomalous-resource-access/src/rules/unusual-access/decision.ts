import { severities, type Severity, type Status } from '@byoml/core';
import type { Settings } from './settings.ts';

/** One line of the rule, as data: the rule evaluates it and the query spells it, so that the two cannot come to differ. */
export interface Decision {
  readonly statuses: readonly Status[];
  /** Highest p-value it holds for. */
  readonly atMost: number;
  readonly severity: Severity;
}

/** What decides about a scored row. */
export interface Judged {
  readonly status: Status;
  readonly pValue: number;
}

// `known` is in neither: an access that was learned is not news.
const familiar: readonly Status[] = ['scored', 'unconnected'];
const unfamiliar: readonly Status[] = ['new-user', 'new-resource', 'new-both'];

const raised = (severity: Severity): Severity => severities[severities.indexOf(severity) + 1] ?? severity;

/** The lines of the rule; the first that holds for a row is the row's. */
export function decisionsOf({ severity, newSeverity, raiseAt, alertAt }: Settings): readonly Decision[] {
  const lines = (statuses: readonly Status[], usual: Severity): Decision[] => [
    { statuses, atMost: Math.min(raiseAt, alertAt), severity: raised(usual) },
    { statuses, atMost: alertAt, severity: usual },
  ];
  return [...lines(familiar, severity), ...lines(unfamiliar, newSeverity)];
}

/** The severity of a row's alert; undefined when it deserves none. */
export const severityOf = (decisions: readonly Decision[], { status, pValue }: Judged): Severity | undefined =>
  decisions.find(({ statuses, atMost }) => statuses.includes(status) && pValue <= atMost)?.severity;
