import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { html, raw, type Html } from '../page/html.ts';

// Plot only makes elements with it; nothing is ever attached, so pictures do not know each other.
const { document } = parseHTML('<!doctype html><html><body></body></html>');

export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

/** A picture for wide and one for narrow pages; the page shows the one that fits. */
interface Sizes {
  readonly wide: PlotSize;
  readonly narrow: PlotSize;
}

/** Plot's own style sheet would need its own hash in the policy, so the page's has those rules; inner labels mean nothing inside an image. */
function cleaned(svg: string, label: Html): string {
  return svg
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replaceAll(/ aria-(?:label|hidden)="[^"]*"/g, '')
    .replaceAll(/="[^"]*\d\.\d{3}[^"]*"/g, (attribute) => attribute.replaceAll(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2)))))
    .replace('<svg ', `<svg role="img" aria-label="${label.html}" `);
}

/** Draws on the server. Only texts of our own may be in `options`: names of logs go through `html`. */
export function plotted(label: string, sizes: Sizes, options: (size: PlotSize) => Plot.PlotOptions): Html {
  const svg = (size: PlotSize, kind: string): Html => {
    const drawn = Plot.plot({ ...size, ...options(size), document } as Plot.PlotOptions) as unknown as { readonly outerHTML: string };
    return html`<div class="${kind}">${raw(cleaned(drawn.outerHTML, html`${label}`))}</div>`;
  };
  return html`${svg(sizes.wide, 'wide')}${svg(sizes.narrow, 'narrow')}`;
}
