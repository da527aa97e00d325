import semver from 'semver';
import { ByomlError } from '../contracts/errors.ts';

/** Where a component is: `[@scope/]package/component[@version][:profile]`. */
export interface Address {
  /** npm name with its scope; an address without one means `@byoml`. */
  readonly plugin: string;
  readonly component: string;
  /** A semver range that the installed version must satisfy. */
  readonly version?: string;
  readonly profile?: string;
}

const word = '[a-z0-9][a-z0-9._~-]*';
const addressPattern = new RegExp(`^(?:@(${word})/)?(${word})/([a-z][a-z0-9-]*)(?:@([^:@/]+))?(?::([a-z][a-z0-9-]*))?$`);
const packagePattern = new RegExp(`^(?:@(${word})/)?(${word})$`);

const invalid = (text: string): ByomlError =>
  new ByomlError('ADDRESS_INVALID', `"${text.slice(0, 200)}" is not an address: [@scope/]package/component[@version][:profile]`, { details: { address: text.slice(0, 200) } });

/** Parses an address. Throws ADDRESS_INVALID. */
export function parseAddress(text: string): Address {
  const [, scope, name, component, version, profile] = (text.length <= 400 && addressPattern.exec(text)) || [];
  if (name === undefined || component === undefined || (version !== undefined && semver.validRange(version) === null)) throw invalid(text);
  return { plugin: `@${scope ?? 'byoml'}/${name}`, component, ...(version !== undefined && { version }), ...(profile !== undefined && { profile }) };
}

/** Parses the name of a plugin: `package` or `@scope/package`. Undefined when it is none. */
export function parsePluginName(text: string): string | undefined {
  const [, scope, name] = (text.length <= 214 && packagePattern.exec(text)) || [];
  return name === undefined ? undefined : `@${scope ?? 'byoml'}/${name}`;
}

/** The shortest address of a component, without version and profile. */
export const componentAddress = (plugin: string, component: string): string => `${plugin.replace(/^@byoml\//, '')}/${component}`;
