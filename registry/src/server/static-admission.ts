import { isByomlError } from '@byoml/core';
import { inspectModel } from '@byoml/core/models/inspect';
import { admission, type Admit as Judge } from '../admission/admit.ts';
import type { PublishedVersion, Submission } from '../admission/check.ts';
import { packageJsonOf } from '../admission/package-json.ts';
import { validManifest } from '../admission/plugin-manifest-file.ts';
import { selfTest } from '../admission/self-test.ts';
import { staticChecks } from '../admission/static-checks.ts';
import { contentOf } from '../npm/package-content.ts';
import type { PackageArchive } from '../package/archive.ts';
import { openArchive } from '../package/open-archive.ts';
import type { Admission, Admit, AdmitRequest } from './admit.ts';

/**
 * Every check that looks at a package without running it. Proves first that a bad package per check is refused and a good one passes: throws
 * INTERNAL otherwise, so that a server without its checks never listens.
 */
export async function staticAdmission(signal: AbortSignal): Promise<Admit> {
  const judge = admission(staticChecks(inspectModel));
  await selfTest(judge, signal);
  return (request, within) => admitted(judge, request, within);
}

async function admitted(judge: Judge, { previous, ...request }: AdmitRequest, signal: AbortSignal): Promise<Admission> {
  const archive = await opened(request.tarball, signal);
  if ('findings' in archive) return archive;
  const packageJson = packageJsonOf(archive);
  if (!packageJson) return { state: 'REJECTED', packageJson: {}, findings: [{ check: 'archive', message: 'it has no package.json that is a JSON object', hint: 'Pack it again with `npm publish`.', where: 'package.json' }] };
  const submission: Submission = { ...request, archive, packageJson, previous: previous && (await publishedVersion(previous, signal)) };
  const { state, findings } = await judge(submission, signal);
  // What counts against the package is what its author reads first.
  return { state, packageJson, content: contentOf(archive), findings: findings.toSorted((a, b) => Number(b.enforced) - Number(a.enforced)) };
}

async function opened(tarball: Uint8Array, signal: AbortSignal): Promise<PackageArchive | Admission> {
  try {
    return await openArchive(tarball, signal);
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.code !== 'PUBLISH_REFUSED') throw thrown;
    return { state: 'REJECTED', packageJson: {}, findings: thrown.details['findings'] as Admission['findings'] };
  }
}

async function publishedVersion({ version, tarball }: NonNullable<AdmitRequest['previous']>, signal: AbortSignal): Promise<PublishedVersion> {
  const archive = await openArchive(await tarball(), signal);
  return { version, packageJson: packageJsonOf(archive) ?? {}, manifest: validManifest(archive) ?? null };
}
