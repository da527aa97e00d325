import { parseName, parseVersion, tarballFile } from '../../npm/name.ts';
import type { Route } from '../route.ts';
import { unknown } from '../visible.ts';

/** The version that a file name of the package stands for; undefined for another name. */
function versionIn(name: string, file: string): string | undefined {
  const version = file.slice(tarballFile(name, '').length - '.tgz'.length, -'.tgz'.length);
  try {
    return file === tarballFile(name, version) ? parseVersion(version) : undefined;
  } catch {
    return undefined;
  }
}

/** What `npm install` unpacks, under the registry's address and under that of static hosting. It never changes, so it may be kept for ever. */
export const tarball: Route = (app, registry) => {
  for (const prefix of ['', '/npm'])
    app.get<{ Params: { name: string; file: string } }>(`${prefix}/:name/-/:file`, async (request, reply) => {
      const name = parseName(request.params.name);
      const version = versionIn(name, request.params.file);
      const bytes = version === undefined ? undefined : await registry.packages.tarball(name, version, registry.signal);
      if (!bytes) throw await unknown(registry, name, version);
      registry.downloads.count(name, registry.signal);
      return reply.type('application/octet-stream').header('cache-control', 'public, max-age=31536000, immutable').send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    });
};
