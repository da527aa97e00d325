import { createHash } from 'node:crypto';
import { html, raw, type Html } from './html.ts';
import { script } from './script.ts';
import { style } from './style.ts';

const hashed = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing is loaded from anywhere, and only this style and this script run, whatever a name of a log says. */
const policy = `default-src 'none'; style-src ${hashed(style)}; script-src ${hashed(script)}; base-uri 'none'; form-action 'none'`;

interface Page {
  readonly title: string;
  readonly generated: boolean;
  readonly header: Html;
  readonly links: ReadonlyArray<{ readonly id: string; readonly text: string }>;
  readonly main: Html;
  readonly footer: Html;
}

const hatch = html`<svg width="0" height="0" class="defs" aria-hidden="true"><defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="var(--page)"/><line x1="0" x2="0" y1="0" y2="5" stroke="var(--usual)" stroke-width="2.5"/></pattern></defs></svg>`;

/** The whole document. */
export function page({ title, generated, header, links, main, footer }: Page): string {
  const label = generated && html`<aside class="generated" aria-label="About the data">Generated data, not real</aside>`;
  const nav = html`<nav aria-label="Sections"><ul>${links.map(({ id, text }) => html`<li><a href="#${id}">${text}</a></li>`)}</ul></nav>`;
  return html`${raw('<!doctype html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body${generated && html` class="made-up"`}>
<a class="skip" href="#queue">Skip to the queue</a>
${label}
${hatch}
${header}
${nav}
<main>${main}</main>
<footer>${footer}</footer>
<script>${raw(script)}</script>
</body>
</html>
`.html;
}
