import { createRequire } from 'node:module';
import semver from 'semver';
import { ByomlError } from '../contracts/errors.ts';
import type { Installed } from './installed.ts';

/** Version of this core; asked by name, since this file may be packed into another package. */
export const coreVersion = (): string => (createRequire(import.meta.url)('@byoml/core/package.json') as { version: string }).version;

const farFuture = '999999.0.0';

function refusal(range: string | undefined, core: string): string | undefined {
  if (range === undefined) return 'its peerDependencies do not name @byoml/core';
  if (semver.validRange(range) === null) return `its range "${range}" on @byoml/core is not a semver range`;
  if (semver.satisfies(farFuture, range)) return `its range "${range}" on @byoml/core promises to fit every later version; give it an upper bound such as ^${core}`;
  return semver.satisfies(core, range, { includePrerelease: true }) ? undefined : `it needs @byoml/core ${range}, this is ${core}`;
}

/** Throws PLUGIN_INCOMPATIBLE unless the plugin's peer range accepts this core; returns the range. */
export function refuseIncompatible({ folder, packageJson: { name, version, peerDependencies } }: Installed): string {
  const range = peerDependencies?.['@byoml/core'];
  const reason = refusal(range, coreVersion());
  if (reason !== undefined) throw new ByomlError('PLUGIN_INCOMPATIBLE', `plugin ${name} ${version} (${folder}): ${reason}`, { details: { plugin: name, folder, range, phase: 'compatible' } });
  return range as string;
}
