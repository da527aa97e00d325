const technique = /^t\d{4}(?:\.\d{3})?$/;

/** The words of a text as they are indexed and asked for: lower case, without accents, cut at everything that is no letter or digit. An ATT&CK technique such as `t1021.002` stays whole. */
export const words = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}._-]+/u)
    .flatMap((part) => (technique.test(part) ? [part] : part.split(/[^\p{L}\p{N}]+/u)))
    .filter(Boolean);
