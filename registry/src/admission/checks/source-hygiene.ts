import type { AdmissionCheck, Finding } from '../check.ts';
import { invisibleIn } from '../code/invisible.ts';
import { secretsIn } from '../code/secrets.ts';
import { finding, hold } from '../finding.ts';
import { isPlugin } from '../plugin-manifest-file.ts';
import { brokenTextFiles, placeOf, textFiles, type TextFile } from '../text-files.ts';

/** What GlassWorm did with invisible code, and what authors publish by mistake. */
export const sourceHygiene: AdmissionCheck = {
  id: 'source-hygiene',
  summary: 'Texts say what they show, and hold no secrets.',
  enforced: true,
  required: true,
  async run(submission, signal) {
    const { archive } = submission;
    const plugin = isPlugin(submission);
    const found: Finding[] = brokenTextFiles(archive).map(({ path }) => finding('it is not UTF-8 text', 'Save it as UTF-8.', path));
    for (const file of textFiles(archive)) {
      signal.throwIfAborted();
      found.push(...invisible(file, plugin), ...secrets(file));
    }
    return found;
  },
};

/** Libraries for text have such characters in their tables: with packages that are no plugin a person decides, except about what turns text around. */
const invisible = ({ path, text }: TextFile, plugin: boolean): readonly Finding[] =>
  invisibleIn(path, text).map(({ what, index, deceives }) => (plugin || deceives ? finding : hold)(`it contains ${what}, which hides what it says`, 'Remove the character; write an escape such as \\u200b where a program needs it.', placeOf(path, text, index)));

function secrets({ path, text }: TextFile): readonly Finding[] {
  return secretsIn(text).map(({ what, index, unsure }) => (unsure ? hold : finding)(`it contains ${what}`, 'Remove it, and revoke it: what was packed may have been seen.', placeOf(path, text, index)));
}
