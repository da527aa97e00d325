import { Malformed } from '../malformed.ts';
import { actionOf } from './actions.ts';
import type { PickleCall } from './calls.ts';
import { limits } from './limits.ts';
import { Machine } from './machine.ts';
import { opcodes } from './opcodes.ts';

/** What a pickle would do, told from its opcodes. */
export interface PickleWalk {
  /** The highest it announces or needs. */
  readonly protocol: number;
  /** Everything it imports, calls or asks for, in order; each target once per opcode. Also of a broken pickle: an unpickler runs those before it notices. */
  readonly calls: readonly PickleCall[];
  /** Whether it was understood up to its STOP. */
  readonly whole: boolean;
  /** Why not. */
  readonly why?: string;
  readonly opcodes: number;
  /** Behind the last opcode that was understood. */
  readonly end: number;
}

const acting = opcodes.map((opcode) => opcode && { ...opcode, act: actionOf(opcode.name) });

interface Progress {
  protocol: number;
  opcodes: number;
  end: number;
}

/** Whether the opcode at the machine's place was STOP. */
function step(machine: Machine, bytes: Uint8Array, progress: Progress): boolean {
  const { argument } = machine;
  const offset = argument.at;
  machine.begin(offset);
  const code = bytes[offset] ?? machine.fail('it ends without STOP');
  const opcode = acting[code] ?? machine.fail(`byte 0x${code.toString(16).padStart(2, '0')} is no opcode`);
  if (progress.opcodes >= limits.opcodes) machine.fail(`it has more than ${limits.opcodes} opcodes`);
  argument.at++;
  argument.read(opcode);
  if (opcode.act) opcode.act(machine, opcode.name);
  else machine.apply(opcode);
  progress.opcodes++;
  progress.end = argument.at;
  progress.protocol = Math.max(progress.protocol, opcode.name === 'PROTO' ? argument.number : opcode.protocol);
  return opcode.name === 'STOP';
}

/**
 * Reads the opcodes of one pickle from `from` on. Nothing is imported, called or made: the machine knows no way to. Opcodes follow each
 * other without jumps, so none can hide from the walk; what an unpickler would call on the way is named even when the stream then breaks.
 */
export function walkPickle(bytes: Uint8Array, from = 0): PickleWalk {
  const machine = new Machine(bytes, from);
  const progress: Progress = { protocol: 0, opcodes: 0, end: from };
  try {
    while (!step(machine, bytes, progress));
    return { ...progress, calls: machine.calls, whole: true };
  } catch (thrown) {
    if (!(thrown instanceof Malformed)) throw thrown;
    return { ...progress, calls: machine.calls, whole: false, why: `${thrown.message} (byte ${thrown.offset})` };
  }
}
