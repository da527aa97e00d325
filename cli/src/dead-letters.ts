import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import type { DeadLetterChoice, DeadLetterCount } from '@byoml/core/state';

/** What `retry` and `drop` share. */
export const ids = Args.integer({ multiple: true, min: 1, description: 'Ids of dead letters, as `byoml deadletter list` has them.' });
export const all = Flags.boolean({ default: false, description: 'All of them instead; with --detection all of that one.' });
export const detection = Flags.string({ helpValue: 'NAME', description: 'Only of this detection.' });

interface Chosen {
  readonly ids: readonly number[] | undefined;
  readonly all: boolean;
  readonly detection: string | undefined;
}

/** Which ones are meant. Throws USAGE_INVALID where that is not said, or is said twice. */
export function choiceOf(command: 'retry' | 'drop', { ids = [], all: every, detection: of }: Chosen): DeadLetterChoice {
  const named = ids.length > 0;
  if (every === named) throw new ByomlError('USAGE_INVALID', `byoml deadletter ${command}: name the ids of dead letters, or all of them with --all`, { details: { command: `deadletter ${command}`, ids, all: every } });
  return { detection: of, ...(!every && { ids }) };
}

export type LettersOfSink = Omit<DeadLetterCount, 'through'>;

/** As they are printed with --json. */
export const bySink = (counts: readonly DeadLetterCount[]): LettersOfSink[] => counts.map(({ detection: of, address, letters }) => ({ detection: of, address, letters }));
