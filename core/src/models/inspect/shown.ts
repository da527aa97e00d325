const longest = 200;

/** A text out of a model file, safe to print on one line: short, and without control, format or half characters. */
export function shown(text: string): string {
  const clean = text.slice(0, longest).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/gu, '\uFFFD');
  return text.length > longest ? `${clean}…` : clean;
}

/** `a, b, c and 4 more`. */
export function listed(names: readonly string[], most = 5): string {
  const first = names.slice(0, most).map(shown).join(', ');
  return names.length > most ? `${first} and ${names.length - most} more` : first;
}
