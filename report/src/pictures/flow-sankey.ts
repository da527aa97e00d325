import { sankey, sankeyLinkHorizontal, type SankeyGraph, type SankeyLink, type SankeyNode } from 'd3-sankey';
import { html, type Html } from '../page/html.ts';
import { count } from '../page/numbers.ts';
import { shortened, visibleName, whole } from '../page/text.ts';
import { drawnFlow, type Flow, type FlowLink, type FlowNode } from './flow.ts';

interface Size {
  readonly width: number;
  readonly height: number;
  /** Characters of the longest label that is shown whole. */
  readonly letters: number;
}

type LinkExtra = { readonly odd: boolean };
type Node = SankeyNode<FlowNode, LinkExtra>;
type Link = SankeyLink<FlowNode, LinkExtra>;

const thinnest = 2;

const textOf = ({ text, merged }: FlowNode, left: boolean): string => (text === null ? `${count(merged)} other ${left ? 'groups' : 'resources'}` : visibleName(text));

/** Pixels beside the links, as the longest label needs; a letter is at most about so wide. */
function margin(flow: Flow, letters: number): number {
  const longest = flow.nodes.reduce((most, node) => Math.max(most, Math.min(letters, Array.from(textOf(node, true)).length)), 0);
  return 28 + 7.1 * longest;
}

function layout(flow: Flow, { width, height, letters }: Size): SankeyGraph<FlowNode, LinkExtra> {
  const beside = margin(flow, letters);
  const draw = sankey<FlowNode, LinkExtra>().nodeId(({ key }) => key).nodeWidth(8).nodePadding(10).nodeSort(null as never).extent([[beside, 8], [width - beside, height - 8]]);
  return draw({ nodes: flow.nodes.map((node) => ({ ...node })), links: flow.links.map((link) => ({ ...link })) });
}

const fixed = (value: number | undefined): string => String(Number((value ?? 0).toFixed(1)));

const pathOf = sankeyLinkHorizontal<FlowNode, LinkExtra>();
const rounded = (path: string | null): string => (path ?? '').replaceAll(/\d+\.\d+/g, (number) => fixed(Number(number)));

function drawnLink(link: Link): Html {
  const [source, target] = [link.source as Node, link.target as Node];
  const title = `${shortened(textOf(source, true), 80)} → ${shortened(textOf(target, false), 80)}: ${count(link.value)} ${link.odd ? 'that alerted' : 'usual'}`;
  const width = fixed(Math.max(link.odd ? thinnest : 0.75, link.width ?? 0));
  return html`<path class="${link.odd ? 'flow-odd' : 'flow-usual'}" d="${rounded(pathOf(link))}" stroke-width="${width}"><title>${title}</title></path>`;
}

function drawnNode(node: Node, letters: number): Html {
  const left = node.depth === 0;
  const [x0, x1, y0, y1] = [node.x0 ?? 0, node.x1 ?? 0, node.y0 ?? 0, node.y1 ?? 0];
  const odd = [...(node.sourceLinks ?? []), ...(node.targetLinks ?? [])].some((link) => link.odd);
  const text = textOf(node, left);
  const place = left ? html`x="${fixed(x0 - 7)}" text-anchor="end"` : html`x="${fixed(x1 + 7)}"`;
  return html`<g><title>${whole(text)}: ${count(node.value ?? 0)}</title><rect class="flow-node" x="${fixed(x0)}" y="${fixed(y0)}" width="${fixed(x1 - x0)}" height="${fixed(Math.max(1, y1 - y0))}"/><text class="${odd ? 'flow-label-odd' : 'flow-label'}" ${place} y="${fixed((y0 + y1) / 2)}" dy="0.35em">${odd ? '◆ ' : ''}${shortened(text, letters)}</text></g>`;
}

function drawn(flow: Flow, size: Size, label: Html): Html {
  const { nodes, links } = layout(flow, size);
  const ordered = links.toSorted((a, b) => Number(a.odd) - Number(b.odd));
  return html`<svg role="img" aria-label="${label}" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}"><g fill="none">${ordered.map(drawnLink)}</g><g>${nodes.map((node) => drawnNode(node, size.letters))}</g></svg>`;
}

/** Usual and odd accesses from groups of accounts to resources; odd ones in front, dashed, and marked at both ends. */
export function flowSankey(links: readonly FlowLink[], label: string): Html {
  const flow = drawnFlow(links);
  const rows = flow.nodes.length;
  const height = Math.min(560, Math.max(160, rows * 20));
  const text = html`${label}`;
  const wide = drawn(flow, { width: 1040, height, letters: 34 }, text);
  const narrow = drawn(flow, { width: 360, height: Math.min(520, height), letters: 15 }, text);
  return html`<div class="wide">${wide}</div><div class="narrow">${narrow}</div>`;
}
