import { shortened, visible, visibleName, prose as proseOf, whole } from './text.ts';

/** Markup that is safe to write; only this module and the pictures make it from strings. */
export interface Html {
  readonly html: string;
}

type Piece = Html | string | number | null | undefined | false | readonly Piece[];

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it stands in an element or in a quoted attribute. */
const escaped = (text: string): string => visible(text).replaceAll(/[&<>"']/g, (character) => entities[character] as string);

export const raw = (markup: string): Html => ({ html: markup });

function written(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return '';
  if (typeof piece === 'string') return escaped(piece);
  if (typeof piece === 'number') return String(piece);
  if (Array.isArray(piece)) return (piece as readonly Piece[]).map(written).join('');
  return (piece as Html).html;
}

/** A template whose values are escaped unless they are `Html` already; attributes need their quotes. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  let markup = strings[0] as string;
  for (const [i, piece] of pieces.entries()) markup += written(piece) + (strings[i + 1] as string);
  return { html: markup };
}

/** An account, host or resource: kept apart from the direction of its surroundings, shortened, the whole in a tooltip. */
export function name(text: string, most = 56): Html {
  const seen = visibleName(text);
  const short = shortened(seen, most);
  return short === seen ? html`<bdi class="name">${seen}</bdi>` : html`<bdi class="name" title="${whole(seen)}">${short}</bdi>`;
}

/** A sentence that quotes names of logs. */
export function prose(text: string): Html {
  const short = proseOf(text);
  return short === text ? html`<bdi>${text}</bdi>` : html`<bdi title="${whole(text)}">${short}</bdi>`;
}

/** Several things with commas, the first few by name. */
export function names(texts: readonly string[], most = 6): Html {
  const shown = texts.slice(0, most).map((text, i) => html`${i === 0 ? '' : ', '}${name(text)}`);
  return html`${shown}${texts.length > most && ` and ${texts.length - most} more`}`;
}
