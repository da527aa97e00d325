import { html, type Html } from '../page/html.ts';

/** A command to copy: one click or tap selects all of it. */
export const command = (text: string): Html => html`<code class="command">${text}</code>`;
