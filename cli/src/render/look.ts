import type { Initialised, Look } from '@byoml/core/data-fit';
import { bold, dim } from './colour.ts';

const count = (value: number): string => value.toLocaleString('en-US');

/** 4.2M, 61.5k, 999. */
function rounded(value: number): string {
  if (value < 10_000) return count(value);
  return value < 999_500 ? `${Number((value / 1e3).toPrecision(3))}k` : `${Number((value / 1e6).toPrecision(3))}M`;
}

const kindsShown = 4;

/** `31 days, 4.2M events, 1,204 accounts, 380 shares · skipped: 61 % machine accounts, IPC$, SYSVOL` */
function lookText({ days, events, accounts, resources, skippedShare, skipped }: Look, { things, change }: { readonly things: string; readonly change: string }): string {
  const there = `${count(days)} days, ${rounded(events)} events, ${count(accounts)} accounts, ${count(resources)} ${things}`;
  if (skippedShare === 0) return there;
  const kinds = skipped.slice(0, kindsShown).map(({ kind }) => kind).join(', ');
  return `${there} · skipped: ${skippedShare < 0.01 ? '< 1' : Math.round(100 * skippedShare)} % ${kinds || 'without a user, a resource or a time'}${change}`;
}

export function initText({ look, view, people, trainingDays, file }: Initialised, next: readonly string[]): string {
  const things = view?.endsWith('file-shares') ? 'shares' : 'resources';
  const lines = [
    `  ${lookText(look, { things, change: look.skipped.length > 0 ? ' (change: noise: in the detection file)' : '' })}`,
    dim(`  ${look.from} to ${look.to}${view === null ? '' : ` · read through ${view}`} · trains on ${trainingDays} days`),
    ...(people === null ? [] : [dim(`  ${people.path}: ${people.known === 0 ? 'knows none of the accounts, so it is left out' : `${people.columns.join(', ')} of ${count(people.known)} accounts`}`)]),
    ...(look.busiest.length === 0 ? [] : [`  far more ${things} in a day than others: ${look.busiest.map(({ account, resources }) => `${account} (${resources})`).join(', ')} (by trade? list them: scanners: in the detection file)`]),
    `${bold('made')} ${file}`,
  ];
  return [...lines, '', ...next.map((command, i) => `${i === 0 ? 'next: ' : '      '}${command}`)].join('\n');
}
