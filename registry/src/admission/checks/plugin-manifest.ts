import type { AdmissionCheck, Finding, Submission } from '../check.ts';
import { finding, shown } from '../finding.ts';
import { isPlugin, manifestPath, readManifest } from '../plugin-manifest-file.ts';

const hint = 'Make the manifest with `byoml plugins pack`, never by hand, and list it in "files".';

export const pluginManifestCheck: AdmissionCheck = {
  id: 'plugin-manifest',
  summary: 'A plugin has a manifest that follows the schema, for this very package and a contract that is supported.',
  enforced: true,
  required: true,
  async run(submission) {
    if (!isPlugin(submission)) return [];
    const manifest = readManifest(submission.archive);
    if (!manifest) return [finding(`a package with the keyword "byoml-plugin" has a ${manifestPath}`, hint, 'package.json')];
    if ('faults' in manifest) return manifest.faults.map((fault) => finding(fault, hint, manifestPath));
    return mismatches(submission, manifest);
  },
};

const mismatches = ({ packageJson }: Submission, manifest: { readonly name: string; readonly version: string }): readonly Finding[] =>
  (['name', 'version'] as const).filter((field) => manifest[field] !== packageJson[field]).map((field) => finding(`its ${field} is "${manifest[field]}", that of package.json is ${shown(packageJson[field])}`, hint, manifestPath));
