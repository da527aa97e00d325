import type { RunPicture } from '@byoml/core/reporting';

export type FlowLink = RunPicture['flow'][number];

/** A node of the flow: a group of accounts, a resource, or the rest of them put together. */
export interface FlowNode {
  readonly key: string;
  /** The text of a log, or null for the rest. */
  readonly text: string | null;
  /** How many the rest puts together. */
  readonly merged: number;
}

export interface Flow {
  readonly nodes: readonly FlowNode[];
  readonly links: ReadonlyArray<{ readonly source: string; readonly target: string; readonly value: number; readonly odd: boolean }>;
}

const most = { source: 12, target: 16 } as const;
type Side = keyof typeof most;

/** The ends to draw by themselves: those of odd accesses first, then the busiest. */
function chosen(links: readonly FlowLink[], side: Side): ReadonlySet<string> {
  const weight = new Map<string, { odd: number; all: number }>();
  for (const link of links) {
    const at = weight.get(link[side]) ?? { odd: 0, all: 0 };
    weight.set(link[side], { odd: at.odd + (link.odd ? link.value : 0), all: at.all + link.value });
  }
  const ranked = [...weight].sort(([a, x], [b, y]) => Number(y.odd > 0) - Number(x.odd > 0) || y.all - x.all || (a < b ? -1 : 1));
  return new Set(ranked.slice(0, ranked.length > most[side] ? most[side] - 1 : most[side]).map(([text]) => text));
}

/** What is drawn of the accesses: few enough ends to read, nothing of the total lost. A group and a resource of one name stay two nodes. */
export function drawnFlow(all: readonly FlowLink[]): Flow {
  const links = all.filter(({ value }) => value > 0);
  const kept = { source: chosen(links, 'source'), target: chosen(links, 'target') };
  const rest = { source: new Set<string>(), target: new Set<string>() };
  const keyOf = (side: Side, text: string): string => {
    if (kept[side].has(text)) return `${side}:${text}`;
    rest[side].add(text);
    return `${side}-rest`;
  };
  const merged = new Map<string, { source: string; target: string; value: number; odd: boolean }>();
  for (const link of links) {
    const [source, target] = [keyOf('source', link.source), keyOf('target', link.target)];
    const key = JSON.stringify([source, target, link.odd]);
    merged.set(key, { source, target, odd: link.odd, value: link.value + (merged.get(key)?.value ?? 0) });
  }
  const nodes = (['source', 'target'] as const).flatMap((side) => [
    ...Array.from(kept[side], (text) => ({ key: `${side}:${text}`, text, merged: 1 })),
    ...(rest[side].size > 0 ? [{ key: `${side}-rest`, text: null, merged: rest[side].size }] : []),
  ]);
  return { nodes, links: [...merged.values()] };
}
