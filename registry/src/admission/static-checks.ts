import type { AdmissionCheck } from './check.ts';
import { attackTechniquesCheck } from './checks/attack-techniques.ts';
import { capabilityGrowth } from './checks/capability-growth.ts';
import { compatibility } from './checks/compatibility.ts';
import { dependencyPolicy } from './checks/dependency-policy.ts';
import { dynamicCode } from './checks/dynamic-code.ts';
import { licence } from './checks/licence.ts';
import { lifecycleScripts } from './checks/lifecycle-scripts.ts';
import { manifestConfusion } from './checks/manifest-confusion.ts';
import { modelFormats, type InspectModel } from './checks/model-formats.ts';
import { pluginManifestCheck } from './checks/plugin-manifest.ts';
import { sourceHygiene } from './checks/source-hygiene.ts';
import { typosquat } from './checks/typosquat.ts';

/** Every check that looks at a package without running it, in the order in which their findings are told. */
export const staticChecks = (inspect: InspectModel): readonly AdmissionCheck[] => [
  typosquat, manifestConfusion, lifecycleScripts, dependencyPolicy, pluginManifestCheck, attackTechniquesCheck, licence, sourceHygiene, dynamicCode, compatibility, capabilityGrowth, modelFormats(inspect),
];
