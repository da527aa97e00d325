import type { AdmissionCheck, Finding } from '../check.ts';
import { invisibleIn } from '../code/invisible.ts';
import { secretsIn } from '../code/secrets.ts';
import { finding, hold } from '../finding.ts';
import { isPlugin, manifestPath } from '../plugin-manifest-file.ts';
import { brokenTextFiles, placeOf, textFiles, type TextFile } from '../text-files.ts';

/** Files whose texts clients print: there an escape is as good as the character. */
const told = new Set(['package.json', manifestPath]);
const remedy = 'Remove the character; write an escape such as \\u200b where a program needs it.';

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
      const seen = invisible(file, plugin);
      found.push(...seen, ...(told.has(file.path) && seen.length === 0 ? escaped(file, plugin) : []), ...secrets(file));
    }
    return found;
  },
};

/** Libraries for text have such characters in their tables: with packages that are no plugin a person decides, except about what turns text around. */
const severity = (plugin: boolean, deceives: boolean): typeof finding => (plugin || deceives ? finding : hold);

const invisible = ({ path, text }: TextFile, plugin: boolean): readonly Finding[] =>
  invisibleIn(path, text).map(({ what, index, deceives }) => severity(plugin, deceives)(`it contains ${what}, which hides what it says`, remedy, placeOf(path, text, index)));

/** Judged as prose, which these texts are. */
const escaped = ({ path, text }: TextFile, plugin: boolean): readonly Finding[] =>
  invisibleIn('.txt', textsOf(text).join('\n')).map(({ what, deceives }) => severity(plugin, deceives)(`it contains ${what}, written as an escape, which hides what it says where it is shown`, 'Remove the escape.', path));

/** Every text in a JSON document, names of fields too; none of what is no JSON, which other checks refuse. */
function textsOf(json: string): readonly string[] {
  const texts: string[] = [];
  const waiting: unknown[] = [parsed(json)];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) {
      texts.push(...(Array.isArray(value) ? [] : Object.keys(value)));
      for (const inner of Object.values(value)) waiting.push(inner);
    }
  }
  return texts;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function secrets({ path, text }: TextFile): readonly Finding[] {
  return secretsIn(text).map(({ what, index, unsure }) => (unsure ? hold : finding)(`it contains ${what}`, 'Remove it, and revoke it: what was packed may have been seen.', placeOf(path, text, index)));
}
