import type { AlertDifference, NotCompared } from '../installing/alert-difference.ts';
import type { SettingChange } from '../installing/settings-difference.ts';
import type { PlannedDetection, PluginPlan } from '../installing/upgrade-plan.ts';
import { bold, dim, yellow } from './colour.ts';

const value = (of: unknown): string => (of === undefined ? 'none' : JSON.stringify(of));

const settingTexts: Readonly<Record<SettingChange['change'], (change: SettingChange) => string>> = {
  added: ({ after }) => `is new, ${after === undefined ? 'without a default' : `= ${value(after)}`}`,
  removed: () => 'is gone: a detection file that sets it is refused',
  default: ({ before, after }) => `has another default: ${value(before)} → ${value(after)}`,
  'now required': () => 'is required now',
  values: ({ before, after }) => `takes other values: ${value(before)} → ${value(after)}`,
};

/** A title and its lines, or that nothing changes. */
function part(title: string, { added, removed }: { readonly added: readonly string[]; readonly removed: readonly string[] }): string[] {
  const lines = [...removed.map((one) => `    − ${one}`), ...added.map((one) => yellow(`    + ${one}`))];
  return lines.length === 0 ? [dim(`  ${title}: the same`)] : [`  ${title}`, ...lines];
}

function settingLines(settings: PluginPlan['settings']): string[] {
  if (settings === null) return [dim('  settings: the manifest of the present version cannot be read')];
  return settings.length === 0 ? [dim('  settings: the same')] : ['  settings', ...settings.map((change) => `    ${change.component} ${change.setting} ${settingTexts[change.change](change)}`)];
}

function groupLines(mark: string, { count, top }: AlertDifference['gained']): string[] {
  const lines = top.map(({ day, user, resource, oneIn }) => `        ${mark} ${day} ${user} → ${resource}  ${dim(`1 in ${Math.round(oneIn)}`)}`);
  return count > top.length ? [...lines, `        ${mark} ${count - top.length} more`] : lines;
}

function alertLines(alerts: AlertDifference | NotCompared): string[] {
  if ('because' in alerts) return [dim(`      alerts not compared: ${alerts.because}`)];
  const { days, before, after, gained, lost, same } = alerts;
  return [`      alerts on the last ${days} days: ${before} → ${after}; ${gained.count} appear, ${lost.count} vanish, ${same.count} stay`, ...groupLines('−', lost), ...groupLines('+', gained), ...groupLines('=', same)];
}

const detectionLines = ({ detection, addresses, happens, alerts }: PlannedDetection, { from, to }: PluginPlan): string[] =>
  [`    ${bold(detection)} ${happens === 'moves' ? `moves to ${to}` : `stays on ${from}, which is kept beside the new one`}  ${dim(addresses.join(', '))}`, ...(alerts ? alertLines(alerts) : [])];

/** What an upgrade of one plugin changes, for people. */
export function planText(plan: PluginPlan): string {
  return [
    `${bold(plan.plugin)} ${plan.from} → ${plan.to}`,
    ...part('asks for', plan.capabilities),
    ...part('components', plan.components),
    ...settingLines(plan.settings),
    ...part('depends on', plan.dependencies),
    ...(plan.detections.length === 0 ? [dim('  no detection uses it')] : ['  detections', ...plan.detections.flatMap((detection) => detectionLines(detection, plan))]),
  ].join('\n');
}
