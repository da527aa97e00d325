/** Work of which one run serves everybody who asked before it began: one at a time per key; those of other keys do not wait. */
export class JointTurns {
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, Promise<void>>();

  take(key: string, work: () => Promise<void>): Promise<void> {
    const running = this.#running.get(key);
    if (!running) return this.#run(key, work);
    const waiting = this.#waiting.get(key);
    if (waiting) return waiting;
    const turn = running.then(() => {
      this.#waiting.delete(key);
      return this.#run(key, work);
    });
    this.#waiting.set(key, turn);
    return turn;
  }

  #run(key: string, work: () => Promise<void>): Promise<void> {
    const turn = work();
    const ended = (): void => void this.#running.delete(key);
    this.#running.set(key, turn.then(ended, ended));
    return turn;
  }
}
