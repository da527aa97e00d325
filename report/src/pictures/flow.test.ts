import { expect, test } from 'vitest';
import { drawnFlow } from './flow.ts';
import { flowSankey } from './flow-sankey.ts';

const usual = Array.from({ length: 40 }, (_, i) => Array.from({ length: 50 }, (__, j) => ({ source: `group ${i}`, target: `share ${j}`, value: 1 + ((i * 7 + j) % 9), odd: false }))).flat();
const odd = [{ source: 'rare group', target: 'rare share', value: 1, odd: true }];

test('however much there is, the flow stays readable and loses nothing of the total', () => {
  const all = [...usual, ...odd];
  const { nodes, links } = drawnFlow(all);
  expect(nodes.length).toBeLessThanOrEqual(28);
  expect(links.reduce((sum, { value }) => sum + value, 0)).toBe(all.reduce((sum, { value }) => sum + value, 0));
  expect(nodes.filter(({ text }) => text === null).map(({ merged }) => merged)).toEqual([41 - 11, 51 - 15]);
});

test('the ends of odd accesses are drawn by themselves, however rare', () => {
  const { links } = drawnFlow([...usual, ...odd]);
  expect(links.filter((link) => link.odd)).toEqual([{ source: 'source:rare group', target: 'target:rare share', value: 1, odd: true }]);
});

test('a group and a resource of one name are two ends', () => {
  const { html: markup } = flowSankey([{ source: 'print', target: 'print', value: 3, odd: false }], 'x');
  expect(markup.match(/class="flow-node"/g)).toHaveLength(4);
});

test('accesses of no weight are not drawn', () => {
  expect(drawnFlow([{ source: 'a', target: 'b', value: 0, odd: false }])).toEqual({ nodes: [], links: [] });
});
