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

/** What makes a new bar necessary: its words and whether there is an end. */
const shape = ({ unit, total }: Progress): string => `${unit} ${total !== undefined}`;

function startBar(stream: NodeJS.WriteStream, step: string, { done, total, unit }: Progress): SingleBar {
  const format = total === undefined ? '{step} {value} {unit}' : '{step} {bar} {percentage}% {value}/{total} {unit}';
  const made = new SingleBar({ format: `  ${format}`, stream, clearOnComplete: true, hideCursor: true, barCompleteChar: '█', barIncompleteChar: '░', gracefulExit: false });
  made.start(total ?? 0, done, { step, unit });
  return made;
}

function bar({ stream }: Options): ProgressReporter {
  let name = '';
  let shown: { readonly bar: SingleBar; readonly shape: string } | undefined;
  const stop = (): void => {
    shown?.bar.stop();
    shown = undefined;
  };
  return {
    step: (next) => {
      stop();
      name = next;
    },
    update: (progress) => {
      if (shown?.shape !== shape(progress)) stop();
      shown ??= { bar: startBar(stream, name, progress), shape: shape(progress) };
      if (progress.total !== undefined) shown.bar.setTotal(progress.total);
      shown.bar.update(progress.done);
    },
    stop,
  };
}

export function progressReporter(options: Options): ProgressReporter {
  if (options.json) return lines(options);
  if (options.stream.isTTY) return bar(options);
  return { step: () => {}, update: () => {}, stop: () => {} };
}
