import type { Enterprise } from './enterprise.ts';
import { Noise, type TimedLine } from './noise.ts';
import { accountText, fileText, HourText, shareText } from './record-text.ts';

const hourMs = 3_600_000;

/** The records of an enterprise, one hour after the other. */
export class Hours {
  readonly #enterprise: Enterprise;
  readonly #noise: Noise;
  readonly #accounts: readonly string[];
  readonly #shares: readonly string[];
  readonly #files: readonly string[];
  #row = 0;

  constructor(enterprise: Enterprise) {
    this.#enterprise = enterprise;
    this.#noise = new Noise(enterprise);
    this.#accounts = enterprise.users.map(accountText);
    this.#shares = enterprise.resources.map(shareText);
    this.#files = enterprise.paths.map(fileText);
  }

  get length(): number {
    return this.#enterprise.options.days * 24;
  }

  /** The lines of the next hour by time. Hours must be asked for in their order. */
  next(start: number): TimedLine[] {
    const { seed } = this.#enterprise.options;
    const [benign, planted] = [new HourText(start, seed, 1), new HourText(start, seed, 2)];
    const lines: TimedLine[] = [];
    const { time, campaign, length } = this.#enterprise.accesses;
    let [ofBenign, ofPlanted] = [0, 0];
    for (; this.#row < length && (time[this.#row] as number) < start + hourMs; this.#row++) {
      if ((campaign[this.#row] as number) < 0) ofBenign += this.#addRow(lines, benign, ofBenign, start);
      else ofPlanted += this.#addRow(lines, planted, ofPlanted, start);
    }
    return [...lines, ...this.#noise.ofHour(start, ofBenign, new HourText(start, seed, 3))].sort((a, b) => a.time - b.time);
  }

  /** The records of a row, a few seconds apart and in one hour. Answers how many. */
  #addRow(lines: TimedLine[], text: HourText, from: number, start: number): number {
    const { accesses, hosts } = this.#enterprise;
    const i = this.#row;
    const at = (column: Int32Array): number => column[i] as number;
    const [count, path] = [at(accesses.count), at(accesses.path)];
    const first = accesses.time[i] as number;
    const step = Math.min(4000, (start + hourMs - 1 - first) / count);
    for (let k = 0; k < count; k++) {
      const time = first + k * step;
      lines.push({ time, line: text.record(this.#accounts[at(accesses.user)] as string, this.#shares[at(accesses.resource)] as string, hosts[at(accesses.host)] as string, path < 0 ? '' : (this.#files[path] as string), { time, ordinal: from + k }) });
    }
    return count;
  }
}
