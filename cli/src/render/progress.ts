import type { Progress } from '@byoml/core';
import { SingleBar } from 'cli-progress';

/** Shows how far a long call is: a bar on a terminal, JSON lines with --json, nothing in a pipe. */
export interface ProgressReporter {
  /** Begins a named step; the bar of the last one is closed. */
  step(name: string): void;
  readonly update: (progress: Progress) => void;
  stop(): void;
}

interface Options {
  readonly json: boolean;
  readonly stream: NodeJS.WriteStream;
}

/** At most ten lines a second, and always the last one of a step. */
const lineIntervalMs = 100;

function lines({ stream }: Options): ProgressReporter {
  let step = '';
  let last = 0;
  return {
    step: (name) => {
      step = name;
      last = 0;
    },
    update: (progress) => {
      const now = performance.now();
      if (now - last < lineIntervalMs && progress.done !== progress.total) return;
      last = now;
      stream.write(`${JSON.stringify({ progress: { step, ...progress } })}\n`);
    },
    stop: () => {},
  };
}

function bar({ stream }: Options): ProgressReporter {
  let name = '';
  let shown: SingleBar | undefined;
  const stop = (): void => {
    shown?.stop();
    shown = undefined;
  };
  const start = (progress: Progress): SingleBar => {
    const format = progress.total === undefined ? '{step} {value} {unit}' : '{step} {bar} {percentage}% {value}/{total} {unit}';
    const made = new SingleBar({ format: `  ${format}`, stream, clearOnComplete: true, hideCursor: true, barCompleteChar: '█', barIncompleteChar: '░', gracefulExit: false });
    made.start(progress.total ?? 0, progress.done, { step: name, unit: progress.unit });
    return made;
  };
  return {
    step: (next) => {
      stop();
      name = next;
    },
    update: (progress) => {
      shown ??= start(progress);
      if (progress.total !== undefined && progress.total !== shown.getTotal()) shown.setTotal(progress.total);
      shown.update(progress.done, { unit: progress.unit });
    },
    stop,
  };
}

export function progressReporter(options: Options): ProgressReporter {
  if (options.json) return lines(options);
  if (options.stream.isTTY) return bar(options);
  return { step: () => {}, update: () => {}, stop: () => {} };
}
