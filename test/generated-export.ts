import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const workspace = 'WorkspaceResourceId=/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/soc/providers/microsoft.operationalinsights/workspaces/generated';

type Layout = 'PT05M' | 'PT1H';

/** Where the export puts a record of that time, without `.json`. */
function place(time: string, layout: Layout): string {
  const at = new Date(time);
  const two = (number: number): string => String(number).padStart(2, '0');
  const minute = layout === 'PT1H' ? 0 : Math.floor(at.getUTCMinutes() / 5) * 5;
  return `y=${at.getUTCFullYear()}/m=${two(at.getUTCMonth() + 1)}/d=${two(at.getUTCDate())}/h=${two(at.getUTCHours())}/m=${two(minute)}/${layout}`;
}

/**
 * GENERATED, not captured: the given records laid out as Log Analytics data export does (sentinel.md §2.3), with what makes
 * it hard: a second file where the first is full (`_1`), every seventh record delivered twice, a torn last line.
 */
export function exportFolder(into: string, records: readonly Readonly<Record<string, unknown>>[], { layout, timeOf }: { readonly layout: Layout; readonly timeOf: (record: Readonly<Record<string, unknown>>) => string }): string {
  const files = new Map<string, string[]>();
  records.forEach((record, i) => {
    const time = timeOf(record);
    const base = join(workspace, place(time, layout));
    const line = JSON.stringify({ _ItemId: `item-${i}`, ...record, TimeGenerated: time, Type: 'SecurityEvent', TenantId: 'generated' });
    const file = i % 5 === 0 ? `${base}_1.json` : `${base}.json`;
    files.set(file, [...(files.get(file) ?? []), line]);
    if (i % 7 === 0) files.set(`${base}_1.json`, [...(files.get(`${base}_1.json`) ?? []), line]);
  });
  const container = join(into, layout === 'PT1H' ? 'am-SecurityEvent' : 'am-securityevent');
  for (const [name, lines] of files) {
    const path = join(container, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${lines.join('\n')}\n{"EventID":5140,"Torn`);
  }
  return into;
}
