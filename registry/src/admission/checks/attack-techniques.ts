import { attackTechniques } from '../attack/catalogue.ts';
import { attackVersion } from '../attack/techniques.ts';
import type { AdmissionCheck, Finding } from '../check.ts';
import { finding } from '../finding.ts';
import { manifestPath, validManifest } from '../plugin-manifest-file.ts';

export const attackTechniquesCheck: AdmissionCheck = {
  id: 'attack-techniques',
  summary: 'The ATT&CK techniques that a plugin names exist and are in force.',
  enforced: true,
  required: true,
  async run({ archive }) {
    const components = validManifest(archive)?.components ?? [];
    return components.flatMap((component) => (component.kind === 'rule-template' ? component.attack.flatMap((id) => faultOf(id, component.id)) : []));
  },
};

function faultOf(id: string, component: string): readonly Finding[] {
  const technique = attackTechniques.get(id);
  if (technique?.state === 'in-force') return [];
  const known = technique?.state === 'revoked' ? `was revoked in favour of ${technique.by}` : technique && 'was deprecated by MITRE';
  const hint = technique?.state === 'revoked' ? `Name ${technique.by} if it says what the rule finds.` : 'Name a technique that is in force, see attack.mitre.org.';
  return [finding(`the rule template "${component}" names ${id}, which ${known ?? `is not in ${attackVersion}`}`, hint, manifestPath)];
}
