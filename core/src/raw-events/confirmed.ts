/** Lines `from` up to `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

interface Counted extends Range {
  readonly count: number;
}

/**
 * The lines that give a row, as ranges in order, each of which was asked of `countOf` itself. Halves what gives the row until a range is one
 * line, or gives it as often as it has lines; a right half is taken to give what the left one does not, until it would be answered. That a
 * range of as many lines is all of the row holds where a line gives it once or not at all; this is taken for granted as soon as a line alone
 * has given it once, and until then every line is asked by itself. `enough` lines are asked before the rest.
 */
export async function* confirmed(lines: number, enough: number, countOf: (range: Range) => Promise<number>): AsyncGenerator<Counted> {
  let once = lines > 0 && (await countOf({ from: 0, to: 1 })) === 1;
  const asked = async (range: Range): Promise<Counted> => ({ ...range, count: range.from === range.to ? 0 : await countOf(range) });
  const decides = ({ from, to, count }: Counted): boolean => to - from === 1 || (once && count === to - from);

  async function* within(range: Counted, isAsked: boolean): AsyncGenerator<Counted> {
    if (range.count <= 0) return;
    const found = isAsked || !decides(range) ? range : await asked(range);
    if (decides(found)) {
      once ||= found.count === 1;
      if (found.count > 0) yield found;
      return;
    }
    const middle = (range.from + range.to) >>> 1;
    const left = await asked({ from: range.from, to: middle });
    yield* within(left, true);
    yield* within({ from: middle, to: range.to, count: found.count - left.count }, false);
  }

  const first = Math.min(enough, lines);
  yield* within(await asked({ from: 0, to: first }), true);
  yield* within(await asked({ from: first, to: lines }), true);
}
