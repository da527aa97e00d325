/** Colours first, each for light and dark; then the page from top to bottom. Contrast of text is at least 4.5 in both. */
export const style = `
:root {
  color-scheme: light dark;
  --page: light-dark(#fdfdfb, #14161a);
  --card: light-dark(#ffffff, #1b1e23);
  --sunk: light-dark(#f3f3ef, #22262c);
  --ink: light-dark(#1c1f24, #e8e8e4);
  --muted: light-dark(#5c626b, #a3a8b0);
  --line: light-dark(#e2e2dc, #30353c);
  --usual: light-dark(#4a6a8f, #86a9d0);
  --usual-soft: light-dark(#d3deeb, #2c3b4d);
  --shade-1: light-dark(#eef2f7, #212934);
  --shade-2: light-dark(#d9e3ee, #2a3645);
  --shade-3: light-dark(#bccfe2, #364860);
  --shade-4: light-dark(#9ab5d1, #44607f);
  --odd: light-dark(#b23a12, #ff9466);
  --odd-soft: light-dark(#fbe6dc, #4a2416);
  --note: light-dark(#fff3cd, #3d3313);
  --note-ink: light-dark(#5b4500, #f3dc92);
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
:root:has(#theme-light:checked) { color-scheme: light; }
:root:has(#theme-dark:checked) { color-scheme: dark; }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 3rem; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem) 4rem; max-width: 72.5rem; background: var(--page); color: var(--ink); font: 400 0.9375rem/1.55 var(--sans); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
h1, h2, h3, h4, p, ul, dl, dd, figure, table, fieldset { margin: 0; padding: 0; }
ul { list-style: none; }
a { color: inherit; text-underline-offset: 0.2em; text-decoration-color: var(--muted); }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--odd); outline-offset: 2px; border-radius: 3px; }
bdi.name, .command, kbd { font-family: var(--mono); font-size: 0.92em; }
.hint, .muted { color: var(--muted); font-size: 0.85em; font-weight: 400; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
thead.unseen { display: table-header-group; }
.skip { position: absolute; left: -100vw; top: 0.5rem; z-index: 3; padding: 0.4rem 0.8rem; background: var(--ink); color: var(--page); border-radius: 4px; }
.skip:focus { left: 0.5rem; }
.defs { position: absolute; }
.generated { position: sticky; top: 0; z-index: 2; margin: 0; padding: 0.3rem 1rem; box-shadow: 0 0 0 100vmax var(--note); clip-path: inset(0 -100vmax); background: var(--note); color: var(--note-ink); font-size: 0.8125rem; font-weight: 600; text-align: center; letter-spacing: 0.02em; }

.top { padding-top: 1.5rem; }
.line { display: flex; justify-content: space-between; align-items: center; gap: 1rem; flex-wrap: wrap; }
.eyebrow { color: var(--muted); font-size: 0.8125rem; letter-spacing: 0.02em; }
h1 { margin-top: 0.75rem; font-size: clamp(1.6rem, 4vw, 2.25rem); font-weight: 650; line-height: 1.15; letter-spacing: -0.02em; }
h1 bdi.name { font-family: inherit; font-size: inherit; }
.lede { margin-top: 0.6rem; max-width: 46rem; font-size: 1.0625rem; color: var(--ink); }
.themes { position: relative; display: flex; border: 1px solid var(--line); border-radius: 999px; padding: 2px; background: var(--card); }
.themes input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.themes label { padding: 0.1rem 0.7rem; border-radius: 999px; font-size: 0.8125rem; color: var(--muted); cursor: pointer; }
.themes input:checked + label { background: var(--ink); color: var(--page); }
.themes input:focus-visible + label { outline: 2px solid var(--odd); outline-offset: 2px; }
.facts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0.9rem 2rem; margin-top: 1.5rem; padding: 1rem 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.facts dt { color: var(--muted); font-size: 0.78rem; }
.facts .hint { white-space: nowrap; }
.facts.small { grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.6rem 1.5rem; margin-top: 1.25rem; padding: 0.9rem 0 0; border-bottom: 0; font-size: 0.875rem; }
.whole { display: block; max-height: 12rem; overflow: auto; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0.7rem 0; font-size: 0.875rem; }
nav a { text-decoration: none; color: var(--muted); }
nav a:hover { color: var(--ink); text-decoration: underline; }

section { margin-top: 3rem; }
#queue { margin-top: 1.5rem; }
h2 { font-size: 1.3rem; font-weight: 650; letter-spacing: -0.01em; line-height: 1.25; }
.says { margin-top: 0.3rem; max-width: 46rem; color: var(--muted); }
.empty { margin-top: 1rem; padding: 1rem 1.25rem; background: var(--sunk); border-radius: 8px; max-width: 46rem; }
h3.day { margin-top: 1.5rem; font-size: 1rem; font-weight: 600; }
.keys { margin-top: 0.75rem; }
kbd { padding: 0 0.35em; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; background: var(--card); color: var(--ink); }

.list { margin-top: 1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card); overflow: hidden; }
.incident + .incident { border-top: 1px solid var(--line); }
.incident-line { display: grid; grid-template-columns: 2rem minmax(0, 1fr) auto; gap: 0 0.9rem; padding: 0.8rem 1.1rem; cursor: pointer; list-style: none; align-items: baseline; }
.incident-line::-webkit-details-marker { display: none; }
.incident-line:hover { background: var(--sunk); }
.incident-line:focus-visible { outline-offset: -2px; border-radius: 10px; }
.rank { color: var(--muted); font-size: 1.15rem; font-weight: 600; text-align: right; }
.what { display: grid; gap: 0.1rem; }
.entity { font-weight: 650; }
.entity::after { content: "▸" / ""; display: inline-block; margin-left: 0.5em; color: var(--muted); font-weight: 400; }
[open] > .incident-line .entity::after { transform: rotate(90deg); }
.about { color: var(--muted); font-size: 0.8125rem; }
.severity { font-weight: 600; }
.pressing { color: var(--odd); }
.rarity { text-align: right; white-space: nowrap; }
.rarity .hint { display: block; }
.body { padding: 0.4rem 1.1rem 1.4rem 4rem; }
.pictures { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1.5rem 2.5rem; margin-bottom: 1.25rem; align-items: start; }
.pictures .says { font-size: 0.875rem; }
.row { padding: 1.1rem 0 0; margin-top: 1.1rem; border-top: 1px solid var(--line); }
.row h4 { font-size: 0.9375rem; font-weight: 600; }
.row > p { max-width: 46rem; }
.row-facts { display: flex; flex-wrap: wrap; gap: 0.1rem 0; margin-top: 0.35rem; color: var(--muted); font-size: 0.85rem; }
.row-facts li:not(:last-child)::after { content: "·"; margin: 0 0.55em; }
.row-facts b { color: var(--ink); font-weight: 650; }
.reasons { margin-top: 0.5rem; max-width: 46rem; font-size: 0.875rem; }
.reasons li, .warnings li { position: relative; padding-left: 1.1rem; }
.reasons li::before, .warnings li::before { content: "–"; position: absolute; left: 0; color: var(--muted); }
.command { display: block; width: fit-content; max-width: 100%; margin-top: 0.6rem; padding: 0.25rem 0.6rem; border-radius: 5px; background: var(--sunk); font-size: 0.8125rem; user-select: all; }

table { border-collapse: collapse; font-size: 0.875rem; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.35rem; }
th { font-weight: 400; text-align: left; }
.number { text-align: right; white-space: nowrap; }
.scroll { position: relative; overflow-x: auto; }
.parts { width: 100%; max-width: 46rem; margin-top: 0.8rem; table-layout: fixed; }
.parts caption { font-weight: 400; color: var(--muted); font-size: 0.8125rem; }
.parts caption b { color: var(--ink); }
.parts th { width: 45%; padding: 0.1rem 0.75rem 0.1rem 0; overflow-wrap: anywhere; }
.parts td.number { width: 6.5rem; padding-left: 0.75rem; }
.parts svg { display: block; }
.parts tfoot tr { border-top: 1px solid var(--muted); }
.parts tfoot th, .parts tfoot td { padding-top: 0.2rem; font-weight: 600; }
.part { fill: var(--usual); }
.part-less { fill: url(#hatch); stroke: var(--usual); }
.matrix th[scope=col] { vertical-align: bottom; padding: 0 0 0.35rem; }
.matrix th[scope=col] span { writing-mode: vertical-rl; transform: rotate(180deg); display: inline-block; line-height: 1.15; }
.matrix th[scope=col] span bdi { white-space: nowrap; }
.matrix th { font-size: 0.8125rem; }
.matrix tbody th { padding: 0 0.6rem 0 0; white-space: nowrap; }
.matrix tbody tr:first-child th { font-weight: 650; }
.matrix tbody td { width: 2.9rem; min-width: 2.5rem; height: 1.75rem; text-align: center; padding: 0 0.2rem; border: 2px solid var(--card); font-size: 0.8125rem; white-space: nowrap; }
.matrix thead th { text-align: center; }
.shade-0 { background: var(--sunk); color: var(--muted); }
.shade-1 { background: var(--shade-1); } .shade-2 { background: var(--shade-2); } .shade-3 { background: var(--shade-3); } .shade-4 { background: var(--shade-4); }
.matrix td.odd { background: var(--odd-soft); color: var(--odd); font-weight: 700; outline: 2px solid var(--odd); outline-offset: -3px; }
.timeline figcaption { font-size: 0.875rem; font-weight: 600; }
.timeline svg { display: block; overflow: visible; }
.timeline text { fill: var(--muted); font-size: 11px; }
.t-usual { fill: var(--shade-4); }
.t-fresh { fill: var(--card); stroke: var(--usual); }
.t-odd, .t-mark { fill: var(--odd); }

figure { margin-top: 1rem; }
.wide svg, .narrow svg { display: block; max-width: 100%; height: auto; font: 11px var(--sans); font-variant-numeric: tabular-nums; }
.wide text, .narrow text { white-space: pre; }
.narrow { display: none; }
@media (max-width: 40rem) { .wide { display: none; } .narrow { display: block; } }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.25rem; margin-top: 0.5rem; color: var(--muted); font-size: 0.8125rem; }
.legend svg { margin-right: 0.4rem; vertical-align: -2px; }
.numbers { margin-top: 0.6rem; font-size: 0.875rem; }
.numbers summary { color: var(--muted); cursor: pointer; width: fit-content; }
.numbers .scroll { margin-top: 0.5rem; max-height: 24rem; overflow: auto; }
.numbers td, .numbers th, .plain td, .plain th { padding: 0.2rem 1.5rem 0.2rem 0; border-bottom: 1px solid var(--line); }
.numbers thead th, .plain thead th { color: var(--muted); font-size: 0.8125rem; }
.plain { margin-top: 1rem; }
.flow-usual { stroke: var(--usual); stroke-opacity: 0.28; }
.flow-odd { stroke: var(--odd); stroke-dasharray: 7 4; }
.flow-node { fill: var(--usual); }
.flow-label { fill: var(--ink); }
.flow-label-odd { fill: var(--odd); font-weight: 600; }
.funnel { width: 100%; min-width: 34rem; margin-top: 1rem; table-layout: fixed; }
.funnel th:first-child { width: 9rem; }
.funnel th[scope=row] { font-weight: 600; }
.funnel td, .funnel th { padding: 0.35rem 1rem 0.35rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
.funnel .number { width: 7.5rem; font-weight: 600; }
.funnel th:nth-child(3) { width: 26%; }
.funnel thead th { color: var(--muted); font-size: 0.8125rem; font-weight: 400; }
.funnel .bar svg { display: block; margin-top: 0.2rem; }
.funnel .means { color: var(--muted); }
.aside th[scope=row] { font-weight: 400; padding-left: 1.1rem; }
.aside .number { font-weight: 400; }
.step { fill: var(--usual); }
.step-aside { fill: url(#hatch); stroke: var(--usual); stroke-width: 0.75; }
.drops { font-size: 0.85rem; margin-top: 0.15rem; }
.drops b { color: var(--ink); font-weight: 600; }
.warnings { margin-top: 0.8rem; max-width: 46rem; }
.terms { display: grid; gap: 0.9rem; margin-top: 1rem; }
.terms > div { display: grid; grid-template-columns: 12rem minmax(0, 46rem); gap: 0.25rem 1.5rem; }
.terms + .hint { margin-top: 1rem; }
.terms dt { font-weight: 600; }
.commands { display: grid; gap: 0.9rem; margin-top: 1rem; }
.commands .command { margin-top: 0.2rem; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: 0.8125rem; }

@media (max-width: 52rem) { .pictures { grid-template-columns: minmax(0, 1fr); } .body { padding-left: 1.1rem; } }
@media (max-width: 40rem) {
  .incident-line { grid-template-columns: 1.4rem minmax(0, 1fr); padding: 0.7rem 0.8rem; gap: 0 0.6rem; }
  .rarity { grid-column: 2; text-align: left; }
  .rarity .hint { display: inline; }
  .body { padding: 0.2rem 0.8rem 1.2rem; }
  .terms > div { grid-template-columns: minmax(0, 1fr); }
  .facts, .facts.small { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.7rem 1rem; }
  .parts, .parts tbody, .parts tfoot, .parts caption { display: block; }
  .parts tr { display: grid; grid-template-columns: minmax(0, 1fr) minmax(5.5rem, auto); align-items: center; }
  .parts th, .parts td.number { width: auto; }
  .parts tbody th { grid-column: 1 / -1; padding-top: 0.3rem; }
  .parts tfoot td:empty { display: none; }
  .funnel { min-width: 0; display: block; }
  .funnel tbody { display: block; }
  .funnel thead { display: none; }
  .funnel tr { display: grid; grid-template-columns: 1fr auto; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  .funnel td, .funnel th { border: 0; padding: 0; }
  .funnel th:first-child, .funnel .number { width: auto; }
  .funnel .bar, .funnel .means { grid-column: 1 / -1; width: auto; }
}
@page { margin: 14mm; }
@page made-up { margin: 14mm; @top-center { content: "Generated data, not real"; font: 600 9pt system-ui, sans-serif; } }
@media print {
  :root, :root:has(input:checked) { color-scheme: light; font-size: 12px; }
  body { max-width: none; padding: 0; background: none; }
  body.made-up { page: made-up; }
  .generated { position: static; }
  nav, .themes, .skip, .keys, .numbers, .entity::after { display: none; }
  .list { overflow: visible; }
  details.incident::details-content { content-visibility: visible; block-size: auto; display: block; }
  .row, .pictures, figure, .parts, .incident-line { break-inside: avoid; }
  h2, h3, h4, .incident-line { break-after: avoid; }
  .scroll { overflow: visible; }
}
`;
