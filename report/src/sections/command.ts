import { html, type Html } from '../page/html.ts';

/** A word as a shell takes it: as it is, or in quotes. */
export const shellWord = (text: string): string => (/^[\w./@:=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** A command to copy: one click or tap selects all of it. */
export const command = (text: string): Html => html`<code class="command">${text}</code>`;
