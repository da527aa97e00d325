import { html, type Html } from '../page/html.ts';

interface Section {
  readonly id: string;
  readonly title: string;
  /** What the picture says, in a sentence. */
  readonly says: Html | null;
  readonly body: Html;
}

export function section({ id, title, says, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${says && html`<p class="says">${says}</p>`}${body}</section>`;
}
