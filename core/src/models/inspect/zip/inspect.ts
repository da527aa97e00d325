import type { ModelInspection } from '../inspection.ts';
import { judgeConfig, readKerasConfig, type KerasFacts } from '../keras.ts';
import { Malformed, attempt } from '../malformed.ts';
import { shown } from '../shown.ts';
import type { Unpacking } from '../unpacking.ts';
import { worst, type Judgement, type ModelFinding, type ModelVerdict } from '../verdict.ts';
import { readDirectory } from './directory.ts';
import type { ZipEntry, ZipFacts } from './facts.ts';
import { checkedStarts, unpacked } from './member.ts';

const mostFindings = 100;
const hint = 'Do not open it; ask its owner for the model as one ONNX or safetensors file.';

/** Looks at bytes in the archive as at a file of their own. */
export type Look = (bytes: Uint8Array) => ModelInspection;

type ArchiveFormat = 'torch' | 'torchscript' | 'npz' | 'keras' | 'zip';

function formatOf(names: readonly string[]): ArchiveFormat {
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  if (has(/^[^/]+\/constants\.pkl$/) || has(/^[^/]+\/code\/.+\.py$/)) return 'torchscript';
  if (has(/(?:^|\/)data\.pkl$/)) return 'torch';
  if (names.includes('config.json') && names.includes('metadata.json')) return 'keras';
  return names.length > 0 && names.every((name) => name.endsWith('.npy')) ? 'npz' : 'zip';
}

interface Member {
  readonly entry: ZipEntry;
  readonly content: Uint8Array | Malformed;
}

/** The entries one by one; what cannot be unpacked says why. */
function* members(bytes: Uint8Array, starts: ReadonlyMap<ZipEntry, number>, unpacking: Unpacking): Iterable<Member> {
  for (const [entry, start] of starts) {
    if (entry.name.endsWith('/') && entry.size === 0) continue;
    const content = attempt(() => unpacked(bytes.subarray(start, start + entry.packed), entry, unpacking.left));
    if (entry.method !== 0) unpacking.take(entry.size);
    yield { entry, content };
  }
}

interface Collected {
  readonly verdicts: ModelVerdict[];
  readonly findings: ModelFinding[];
  readonly pickles: string[];
  readonly calls: ZipFacts['calls'][number][];
  keras: KerasFacts | null;
}

const within = (name: string, { message, hint: remedy }: ModelFinding): ModelFinding => ({ message: `${shown(name)}: ${message}`, hint: remedy });

function collect({ entry: { name }, content }: Member, look: Look, format: ArchiveFormat, into: Collected): void {
  if (content instanceof Malformed) {
    into.verdicts.push('malformed');
    into.findings.push({ message: content.message, hint, offset: content.offset });
    return;
  }
  if (format === 'keras' && name === 'config.json') kerasConfig(content, into);
  else if (format !== 'keras' || !name.endsWith('.weights.h5')) lookedInto(name, look(content), format, into);
}

function lookedInto(name: string, inside: ModelInspection, format: ArchiveFormat, into: Collected): void {
  if ((inside.format === 'pickle' || inside.format === 'joblib') && inside.facts) {
    into.pickles.push(name);
    into.calls.push(...inside.facts.calls.map((call) => ({ ...call, entry: name })));
  }
  // Raw numbers of a torch archive begin as anything; it is refused as a whole already.
  if (inside.verdict !== 'runs-code' && format.startsWith('torch')) return;
  if (inside.verdict === 'unknown' && format !== 'npz') return;
  into.verdicts.push(inside.verdict);
  into.findings.push(...inside.findings.map((finding) => within(name, finding)));
}

function kerasConfig(content: Uint8Array, into: Collected): void {
  const facts = attempt(() => readKerasConfig(content));
  if (facts instanceof Malformed) {
    into.verdicts.push('malformed');
    into.findings.push({ message: `config.json: ${facts.message}`, hint });
    return;
  }
  const { verdict, findings } = judgeConfig(facts, 'config.json');
  into.keras = facts;
  into.verdicts.push(verdict);
  into.findings.push(...findings);
}

/** Torch archives are pickles by design, also one whose pickle could not be read; a zip of anything else is no model. */
function own(format: ArchiveFormat): Judgement {
  if (format === 'torchscript') return { verdict: 'runs-code', findings: [{ message: 'a TorchScript archive holds a program (code/, constants.pkl) that runs when it is loaded', hint }] };
  if (format === 'torch') return { verdict: 'runs-code', findings: [{ message: 'a torch archive holds a pickle (data.pkl): loading it runs what that calls', hint }] };
  if (format === 'zip') return { verdict: 'unknown', findings: [{ message: 'a zip that is no model of a known kind', hint: 'Unpack it and name the model file itself.' }] };
  return { verdict: 'safe', findings: [] };
}

/** Lists a zip, tells which model it is, and looks at its entries without writing or running one. */
export function inspectZip(bytes: Uint8Array, look: Look, unpacking: Unpacking): ModelInspection {
  const directory = attempt(() => readDirectory(bytes));
  if (directory instanceof Malformed) return { format: 'zip', verdict: 'malformed', findings: [{ message: `zip: ${directory.message}`, hint, offset: directory.offset }], facts: null };
  const { entries } = directory;
  const format = formatOf(entries.map(({ name }) => name));
  const { verdict, findings } = own(format);
  const into: Collected = { verdicts: [verdict], findings: [], pickles: [], calls: [], keras: null };
  const starts = attempt(() => checkedStarts(bytes, directory));
  if (starts instanceof Malformed) {
    into.verdicts.push('malformed');
    into.findings.push({ message: `zip: ${starts.message}`, hint, offset: starts.offset });
  } else for (const member of members(bytes, starts, unpacking)) collect(member, look, format, into);
  const verdictOfAll = worst(into.verdicts);
  const all = { verdict: verdictOfAll, findings: (verdictOfAll === verdict ? [...into.findings, ...findings] : into.findings).slice(0, mostFindings) };
  return format === 'keras' ? { format, ...all, facts: into.keras } : { format, ...all, facts: { entries, pickles: into.pickles, calls: into.calls } };
}
