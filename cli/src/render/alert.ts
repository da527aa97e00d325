import type { Explanation } from '@byoml/core';
import type { RawEvents } from '@byoml/core/raw-events';
import type { AlertRecord } from '@byoml/core/state';
import type { AlertWithout } from '@byoml/core/workspace';
import { isoDay } from '../detecting.ts';
import { bold, dim } from './colour.ts';
import { oneInText } from './incident.ts';
import { table } from './table.ts';

/** What `byoml explain ALERT --json` prints. */
export interface ExplainedAlert {
  readonly alert: AlertRecord;
  readonly without?: AlertWithout & { readonly evidence: Readonly<Record<string, string>> };
  readonly events?: RawEvents;
}

const shownTerms = 10;
const number = (value: number): string => (value === 0 || Math.abs(value) >= 1e-3 ? value.toPrecision(4) : value.toExponential(3));

function explanationLines(explanation: Explanation | null): string[] {
  if (!explanation) return [dim('  the algorithm does not explain its scores')];
  const terms = explanation.terms.slice(0, shownTerms).map(({ from, value }) => [`  ${number(value)}`, Object.entries(from).map(([name, text]) => `${name} ${text}`).join(' · ')]);
  const more = explanation.terms.length - terms.length;
  return [
    ...explanation.reasons.map(({ sentence }) => `  • ${sentence}`), '',
    `${explanation.quantity} = ${number(explanation.total)}${explanation.exact ? ', the exact sum of' : ', approximately the sum of'}`,
    terms.length === 0 ? dim('  no terms') : table(terms), ...(more > 0 ? [dim(`  and ${more} more; --json lists them`)] : []),
  ];
}

const eventLines = ({ events, total }: RawEvents): string[] => ['', bold(`${total} raw ${total === 1 ? 'event' : 'events'}${events.length < total ? `, ${events.length} shown` : ''}`), ...events.map(({ record }) => `  ${JSON.stringify(record)}`)];

export function alertText({ alert, without, events }: ExplainedAlert): string {
  const explanation = alert.explanation as Explanation | null;
  const times = alert.firstSeen === null ? '' : ` · ${new Date(alert.firstSeen).toISOString()} to ${new Date(alert.lastSeen ?? alert.firstSeen).toISOString()}`;
  return [
    `${bold(`${alert.user} → ${alert.resource}`)}  ${dim(`${isoDay(alert.day)} · ${alert.severity} · ${alert.status}${alert.withdrawn ? ' · withdrawn by late data' : ''}`)}`, alert.message,
    dim(`${oneInText(1 / alert.pValue)} new accesses · ${alert.count === 1 ? 'once' : `${alert.count} times`} from ${alert.sourceHosts.join(', ') || 'unknown hosts'}${times} · record ${alert.recordId.slice(0, 12)} revision ${alert.revision}`), '',
    ...explanationLines(explanation), ...(without ? ['', without.sentence] : []), ...(events ? eventLines(events) : []),
  ].join('\n');
}
