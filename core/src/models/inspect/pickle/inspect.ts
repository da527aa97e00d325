import { listed } from '../shown.ts';
import type { ModelFinding, ModelVerdict } from '../verdict.ts';
import { callText, type PickleCall } from './calls.ts';
import type { PickleFacts } from './facts.ts';
import { walkPickle, type PickleWalk } from './walk.ts';

/** Legacy torch files are five pickles and then raw numbers. */
const mostPickles = 64;
export const convertHint = 'Do not open it; ask its owner to export the model to ONNX or safetensors in the framework it was made in.';

const identifier = /^[\p{ID_Start}_][\p{ID_Continue}.]*$/u;
const plain = (call: PickleCall): boolean => identifier.test(call.module) && identifier.test(call.name);

/** Whether bytes without a PROTO are a pickle all the same: an unpickler would run something of them, or read them whole. */
export function readsAsPickle(walk: PickleWalk, length: number): boolean {
  const runs = walk.calls.some(({ opcode, module, name }) => !opcode.endsWith('GLOBAL') && plain({ module, name: name.replace(/(\(\)|\.__setstate__)+$/, ''), opcode, offset: 0 }));
  return runs || (walk.whole && walk.end === length && walk.calls.every((call) => call.module === '' || plain(call)));
}

/** Walks the pickles that follow each other from the start of `bytes`. */
export function readPickles(bytes: Uint8Array): PickleFacts {
  const walks: PickleWalk[] = [];
  let end = 0;
  do {
    const walk = walkPickle(bytes, end);
    walks.push(walk);
    ({ end } = walk);
    if (!walk.whole) break;
  } while (end < bytes.length && walks.length < mostPickles);
  return factsOf(walks, bytes.length - end);
}

function factsOf(walks: readonly PickleWalk[], left: number): PickleFacts {
  const broken = walks.find((walk) => !walk.whole);
  const why = broken?.why ?? (left > 0 ? `more than ${mostPickles} pickles follow each other` : undefined);
  return {
    protocol: Math.max(...walks.map((walk) => walk.protocol)),
    calls: walks.flatMap((walk) => walk.calls),
    whole: why === undefined,
    ...(why === undefined ? {} : { why }),
    pickles: walks.length,
  };
}

/** The calls that say most about what a pickle is for: of each target the first. */
const targets = (calls: readonly PickleCall[]): string[] => [...new Set(calls.filter(({ name }) => !name.endsWith('.__setstate__')).map(callText))];

export const verdictOf = ({ calls, whole }: PickleFacts): ModelVerdict => (calls.length > 0 ? 'runs-code' : whole ? 'safe' : 'malformed');

export function findingsOf({ calls, whole, why }: PickleFacts, what = 'a pickle'): ModelFinding[] {
  const found: ModelFinding[] = [];
  const [first] = calls;
  if (first) found.push({ message: `${what} calls ${listed(targets(calls))}; opening it runs that`, hint: convertHint, offset: first.offset });
  if (!whole) found.push({ message: `${what} is broken: ${why}${first ? '; what it calls before that would run all the same' : ''}`, hint: convertHint });
  return found;
}

/** Whether joblib wrote it: its wrappers put raw arrays between the opcodes, so a walk breaks there. */
export const isJoblib = ({ calls }: PickleFacts): boolean => calls.some(({ module }) => module === 'joblib' || module.startsWith('joblib.'));
