import { html, type Html } from '../page/html.ts';

/** What a mark looks like and means; the class draws the swatch. */
interface Key {
  readonly mark: 'usual' | 'fresh' | 'odd' | 'more' | 'off' | 'line' | 'outline' | 'band' | 'diamond' | 'dot';
  readonly means: string;
}

/** A small drawn sample: patterns and shapes, so that the colour is never alone. */
const swatches: Readonly<Record<Key['mark'], string>> = {
  usual: '<rect x="1" y="2" width="14" height="10" fill="var(--usual)"/>',
  fresh: '<rect x="1.5" y="2.5" width="13" height="9" fill="var(--page)" stroke="var(--usual)" stroke-width="1.5"/>',
  odd: '<rect x="1" y="2" width="14" height="10" fill="var(--odd)"/>',
  more: '<rect x="1.5" y="2.5" width="13" height="9" fill="url(#hatch)" stroke="var(--usual)"/>',
  off: '<rect x="1.5" y="2.5" width="13" height="9" fill="none" stroke="var(--usual)" stroke-dasharray="2 2"/>',
  line: '<path d="M0 7H16" stroke="var(--odd)" stroke-width="2" stroke-dasharray="5 3"/>',
  outline: '<path d="M1 12V4H8V8H15V12" fill="none" stroke="var(--ink)" stroke-width="1.5"/>',
  band: '<rect x="1" y="2" width="14" height="10" fill="var(--usual-soft)"/>',
  diamond: '<path d="M8 1L13 7L8 13L3 7Z" fill="var(--odd)"/>',
  dot: '<circle cx="8" cy="7" r="4" fill="var(--usual)"/>',
};

export function legend(keys: readonly Key[]): Html {
  const items = keys.map(({ mark, means }) => html`<li><svg width="16" height="14" aria-hidden="true">${{ html: swatches[mark] }}</svg>${means}</li>`);
  return html`<ul class="legend">${items}</ul>`;
}

/** The same as a picture, for those who read rather than look. */
export function numbersTable(caption: string, heads: readonly string[], rows: readonly Html[]): Html {
  const head = heads.map((text) => html`<th scope="col">${text}</th>`);
  return html`<details class="numbers"><summary>The numbers as a table</summary><div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div></details>`;
}
