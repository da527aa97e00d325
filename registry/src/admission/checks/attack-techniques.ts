import { attackTechniques, notInForce } from '@byoml/core/attack';
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
  const why = notInForce(id);
  if (why === undefined) return [];
  const technique = attackTechniques.get(id);
  const hint = technique?.state === 'revoked' ? `Name ${technique.by} if it says what the rule finds.` : 'Name a technique that is in force, see attack.mitre.org.';
  return [finding(`the rule template "${component}" names ${id}, which ${why}`, hint, manifestPath)];
}
