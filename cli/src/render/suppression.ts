import type { SuppressionStatus, WouldHide } from '@byoml/core/workspace';
import { bold, dim } from './colour.ts';
import { table } from './table.ts';

const dayMs = 86_400_000;

const matchText = (match: SuppressionStatus['match']): string => Object.entries(match).map(([key, pattern]) => `${key} ${pattern}`).join(', ');

/** expires in 12 days · expired. */
function expiryOf({ expires, expired }: SuppressionStatus, now: Date): string {
  if (expired) return dim(`expired ${expires}`);
  const days = (Date.parse(expires) - now.getTime()) / dayMs;
  return days < 1 ? `expires in ${Math.max(1, Math.round(24 * days))} h` : `expires in ${Math.round(days)} days`;
}

export function suppressionsText(suppressions: readonly SuppressionStatus[], now: Date): string {
  if (suppressions.length === 0) return dim('nothing is suppressed');
  return table(suppressions.flatMap((each) => [
    [each.expired ? dim(each.id) : bold(each.id), each.detection, matchText(each.match), expiryOf(each, now), `hid ${each.hid.toLocaleString('en-US')}`, each.lastHidden === null ? '' : `last ${each.lastHidden}`],
    [dim(`  ${each.owner}: ${each.reason}`), '', '', '', '', ''],
  ]));
}

/** would have hidden 3 of 214 alerts (1.4 %). */
export const wouldHideText = ({ alerts, of }: WouldHide): string =>
  of === 0 ? 'there were no alerts in the last 30 days' : `would have hidden ${alerts.toLocaleString('en-US')} of ${of.toLocaleString('en-US')} alerts of the last 30 days (${((100 * alerts) / of).toFixed(1)} %)`;
