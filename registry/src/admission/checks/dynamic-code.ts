import { setImmediate } from 'node:timers/promises';
import type { ArchiveEntry } from '../../package/archive.ts';
import type { AdmissionCheck, Finding, Submission } from '../check.ts';
import { nativeIn } from '../code/native.ts';
import { opacityOf } from '../code/opaque.ts';
import { programsOf } from '../code/programs.ts';
import type { SuspicionKind } from '../code/suspicion.ts';
import { suspicionsIn, Unreadable } from '../code/suspicions.ts';
import { finding, hold } from '../finding.ts';
import { isPlugin } from '../plugin-manifest-file.ts';
import { placeOf, textOf } from '../text-files.ts';

/** A syntax tree has about a hundred times the size of its text. */
const largestProgram = 2 * 2 ** 20;
const allPrograms = 16 * 2 ** 20;

/** Code that nobody can see before it runs. Not a boundary, which the sandbox is: it keeps out what has no place in a plugin. */
export const dynamicCode: AdmissionCheck = {
  id: 'dynamic-code',
  summary: 'All code that can run is in the package, as text that can be read.',
  enforced: true,
  required: true,
  async run(submission, signal) {
    const plugin = isPlugin(submission);
    const found = submission.archive.entries.flatMap((entry) => native(entry, plugin));
    let read = 0;
    for (const entry of programsOf(submission)) {
      signal.throwIfAborted();
      read += entry.bytes.length;
      found.push(...(entry.bytes.length > largestProgram || read > allPrograms ? [tooLarge(entry)] : inProgram(entry, submission, plugin)));
      await setImmediate();
    }
    return found;
  },
};

const tooLarge = ({ path, bytes }: ArchiveEntry): Finding => hold(`it is a program of ${bytes.length} bytes, or the last of too many, and was not looked at`, 'Publish smaller files: do not bundle what can be a dependency.', path);

function native(entry: ArchiveEntry, plugin: boolean): readonly Finding[] {
  const what = nativeIn(entry, plugin);
  return what === undefined ? [] : [finding(`it is ${what}`, 'Leave it out: plugins have no native code; kernels are .wasm files of a plugin.', entry.path)];
}

function inProgram({ path, bytes }: ArchiveEntry, { archive }: Submission, plugin: boolean): readonly Finding[] {
  const text = textOf(bytes);
  if (text === undefined) return [finding('it is a program that is not UTF-8 text', 'Save it as UTF-8.', path)];
  const opaque = opacityOf(text);
  const held = opaque === undefined ? [] : [hold(`people cannot read it: ${opaque}`, 'Publish the code as it is compiled, not minified.', path)];
  try {
    return [...held, ...suspicionsIn(path, text, archive).map(({ message, kind, index }) => (isHeld(kind, plugin) ? hold : finding)(message, remedy[kind], placeOf(path, text, index)))];
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown;
    return [finding(`it cannot be read as JavaScript: ${thrown.message}`, 'Publish JavaScript that the newest Node can run; compile other languages first.', path)];
  }
}

/** Command lines and libraries have reasons that plugins have not; a person looks at them. */
const isHeld = (kind: SuspicionKind, plugin: boolean): boolean => kind === 'opaque' || !plugin;

const remedy: Readonly<Record<SuspicionKind, string>> = {
  forbidden: 'Write the code out, so that it can be looked at before it runs.',
  process: 'A plugin starts no processes: ask for the services of the host instead.',
  loading: 'Name the module where it is loaded.',
  opaque: 'Call it where it is needed, with the name of the module.',
};
