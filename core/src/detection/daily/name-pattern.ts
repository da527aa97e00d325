/**
 * Whether a text in lower case is what a pattern means: `*` stands for any characters, also none, everything else for itself; letter
 * case does not count. Goes through the text once and never back, whatever the pattern.
 */
export function namePattern(pattern: string): (lowered: string) => boolean {
  const [head = '', ...rest] = pattern.toLowerCase().split('*');
  const tail = rest.pop();
  if (tail === undefined) return (text) => text === head;
  const inner = rest.filter((piece) => piece !== '');
  return (text) => {
    const end = text.length - tail.length;
    if (end < head.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
    let at = head.length;
    for (const piece of inner) {
      const found = text.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}
