import semver from 'semver';
import type { AdmissionCheck, Finding, Submission } from '../check.ts';
import { finding } from '../finding.ts';
import { bundledNames, bundledPackages, fieldsOf, textsOf, type Fields } from '../package-json.ts';
import { isPlugin } from '../plugin-manifest-file.ts';

const installed = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const;
const packageName = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;
const fromRegistry = 'Depend on a package of a registry, by an exact version or a range such as ^1.2.0.';

/** Attacks 11 and 25: code that comes from elsewhere than the registry. */
export const dependencyPolicy: AdmissionCheck = {
  id: 'dependency-policy',
  summary: 'Everything it depends on comes from a registry, in a range of versions, or lies in the tarball.',
  enforced: true,
  required: true,
  async run(submission) {
    return [
      ...installed.flatMap((kind) => listed(submission.packageJson, kind)),
      ...core(submission),
      ...bundles(submission),
      ...[...bundledPackages(submission.archive)].flatMap(([path, packageJson]) => strangers(packageJson, path)),
    ];
  },
};

function listed(packageJson: Fields, kind: (typeof installed)[number]): readonly Finding[] {
  const value = packageJson[kind];
  if (value === undefined) return [];
  const where = `package.json:${kind}`;
  const entries = Object.entries(fieldsOf(value) ?? {});
  if (!fieldsOf(value)) return [finding(`"${kind}" is no object of names and ranges`, fromRegistry, where)];
  return entries.flatMap(([name, range]) => {
    const fault = typeof range === 'string' ? faultOf(name, range, kind) : 'has no range';
    return fault ? [finding(`"${name}" ${fault}`, fromRegistry, where)] : [];
  });
}

function faultOf(name: string, range: string, kind: (typeof installed)[number]): string | undefined {
  if (!packageName.test(name)) return 'is no name of a package';
  const alias = /^npm:(?<target>(?:@[^/@]+\/)?[^/@]+)(?:@(?<range>.*))?$/.exec(range)?.groups;
  if (alias && (!scopeOf(name) || scopeOf(name) !== scopeOf(alias['target'] ?? ''))) return `stands for the package "${alias['target']}" of another scope`;
  const versions = alias ? (alias['range'] ?? '') : range;
  if (semver.validRange(versions) === null) return `comes from "${range}", which is no range of versions`;
  return kind !== 'peerDependencies' && semver.validRange(versions) === '*' ? `accepts every version ("${range}")` : undefined;
}

const scopeOf = (name: string): string | undefined => /^@[^/]+/.exec(name)?.[0];

function core(submission: Submission): readonly Finding[] {
  if (!isPlugin(submission) || textsOf(submission.packageJson['peerDependencies']).some(([name]) => name === '@byoml/core')) return [];
  return [finding('a plugin says in peerDependencies which @byoml/core it was made for', 'Add "peerDependencies": { "@byoml/core": "^0.1.0" } with the range that you tested.', 'package.json:peerDependencies')];
}

function bundles({ packageJson, archive }: Submission): readonly Finding[] {
  const names = bundledNames(packageJson);
  const ranges = new Map([...textsOf(packageJson['dependencies']), ...textsOf(packageJson['optionalDependencies'])]);
  const packages = bundledPackages(archive);
  const missing = names.flatMap((name) => bundleFault(name, ranges.get(name), packages.get(`node_modules/${name}/package.json`)));
  const stray = names.length > 0 ? undefined : archive.entries.find(({ path }) => /(?:^|\/)node_modules\//.test(path));
  return stray ? [...missing, finding('packages lie in the tarball that "bundleDependencies" does not name', 'Name them there, or leave node_modules out.', stray.path)] : missing;
}

function bundleFault(name: string, range: string | undefined, found: Fields | undefined): readonly Finding[] {
  const where = `node_modules/${name}/package.json`;
  const again = 'Install it, then pack again with npm, which puts bundled packages into the tarball.';
  if (!found || found['name'] !== name) return [finding(`"${name}" is to be bundled, but does not lie in the tarball`, again, where)];
  const fits = range === undefined || semver.satisfies(String(found['version']), range.replace(/^npm:.*@/, ''), { includePrerelease: true });
  return fits ? [] : [finding(`the bundled "${name}" does not have a version in ${range}`, again, where)];
}

/** npm fetches what a bundled package names and the tarball lacks. */
function strangers(packageJson: Fields | undefined, where: string): readonly Finding[] {
  if (!packageJson) return [finding('the package.json of a bundled package is no JSON object', 'Install it again, then pack again.', where)];
  return (['dependencies', 'optionalDependencies'] as const).flatMap((kind) =>
    textsOf(packageJson[kind]).filter(([, range]) => /[:/]/.test(range)).map(([name, range]) => finding(`the bundled package takes "${name}" from "${range}"`, 'Bundle only packages whose own dependencies come from a registry.', where)));
}
