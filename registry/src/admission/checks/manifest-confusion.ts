import { isDeepStrictEqual } from 'node:util';
import semver from 'semver';
import type { AdmissionCheck, Finding, Submission } from '../check.ts';
import { finding, shown } from '../finding.ts';
import { bundledNames, commandsOf, fieldsOf, textsOf, type Fields } from '../package-json.ts';

const hint = 'Publish the folder or the tarball with the stock npm client, which sends what the tarball says.';

/** What npm adds, or writes in another form than the file does; nothing of it decides what is installed or run. */
const ignored = new Set([
  'dist', 'readme', 'readmeFilename', 'gitHead', 'maintainers', 'contributors', 'author', 'keywords', 'repository', 'bugs', 'homepage', 'description', 'man', 'funding',
  'modules', 'gypfile', 'files', 'bundledDependencies', 'directories',
]);
const dependencyKinds = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'] as const;
const localTool = /^(?:\.[/\\])?node_modules[/\\].bin[\\/]/;

/** Attack 5: what people see and what they install are two different things. */
export const manifestConfusion: AdmissionCheck = {
  id: 'manifest-confusion',
  summary: 'The document that the client sends says the same as the package.json in the tarball.',
  enforced: true,
  required: true,
  async run(submission) {
    const sent = canonical(submission.document, submission);
    const packed = canonical(submission.packageJson, submission);
    const fields = [...new Set([...Object.keys(packed), ...Object.keys(sent)])].sort();
    return [...misaddressed(submission), ...fields.filter((field) => !agree(field, packed, sent)).map((field) => differs(field, packed, sent))];
  },
};

function misaddressed({ name, version, packageJson }: Submission): readonly Finding[] {
  const found: Finding[] = [];
  if (packageJson['name'] !== name) found.push(finding(`the package is called ${shown(packageJson['name'])} and is published as "${name}"`, hint, 'package.json'));
  if (semver.clean(String(packageJson['version'])) !== version) found.push(finding(`the package has the version ${shown(packageJson['version'])} and is published as "${version}"`, hint, 'package.json'));
  return found;
}

const differs = (field: string, packed: Fields, sent: Fields): Finding => finding(`"${field}" is ${shown(packed[field])} in the tarball, but the client sent ${shown(sent[field])}`, hint, 'package.json');

/** The order of keys means something where conditions are tried one after another. */
function agree(field: string, packed: Fields, sent: Fields): boolean {
  if (field === 'types' && packed['types'] === undefined && packed['typings'] === undefined) return true;
  return field === 'exports' || field === 'imports' ? JSON.stringify(packed[field]) === JSON.stringify(sent[field]) : isDeepStrictEqual(packed[field], sent[field]);
}

/** A package.json without what npm changes on its way: measured with npm 10.8.2 and 12.2.0. */
function canonical(from: Fields, { archive }: Submission): Fields {
  const kept = Object.entries(from).filter(([field]) => !field.startsWith('_') && !ignored.has(field));
  const bundled = [...bundledNames(from)].sort();
  const fields: Record<string, unknown> = {
    ...Object.fromEntries(kept),
    version: semver.clean(String(from['version'])) ?? from['version'],
    scripts: Object.fromEntries(textsOf(from['scripts']).map(([event, command]) => [event, command.replace(localTool, '')])),
    bin: Object.fromEntries(commandsOf(from, archive)),
    bundleDependencies: bundled,
    ...Object.fromEntries(dependencyKinds.map((kind) => [kind, rangesOf(from[kind], kind === 'dependencies' ? bundled : [])])),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

/** npm rewrites the addresses of repositories; the check dependency-policy refuses them where they count. */
function rangesOf(value: unknown, bundled: readonly string[]): unknown {
  const ranges = fieldsOf(value);
  if (value !== undefined && !ranges) return value;
  const added = bundled.filter((name) => !Object.hasOwn(ranges ?? {}, name)).map((name) => [name, '*'] as const);
  return Object.fromEntries([...textsOf(ranges), ...added].map(([name, range]) => [name, isAddress(range) ? 'an address' : range]));
}

const isAddress = (range: string): boolean => /[:/]/.test(range) && !range.startsWith('npm:');
const isEmpty = (value: unknown): boolean => value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
