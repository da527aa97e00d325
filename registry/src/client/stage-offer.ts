import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkCore } from './core-link.ts';
import type { Offer } from './offer.ts';
import { openPlugin } from './open-plugin.ts';
import { unpackInto } from './unpack.ts';

/** An offer's package in a temporary folder. */
export interface StagedOffer extends AsyncDisposable {
  /** Of the package: its `package.json` and manifest lie there. */
  readonly folder: string;
}

/** Unpacks an offer outside the workspace, with the core beside it but none of its dependencies, to look at before it is installed; nothing of it runs. */
export async function stageOffer(offer: Offer, _workspace: string, signal: AbortSignal): Promise<StagedOffer> {
  const { archive } = await openPlugin(offer.tarball, offer, signal);
  const root = await realpath(await mkdtemp(join(tmpdir(), 'byoml-offer-')));
  const dispose = (): Promise<void> => rm(root, { recursive: true, force: true });
  try {
    const folder = join(root, 'node_modules', offer.name);
    await unpackInto(folder, archive);
    linkCore(root);
    return { folder, [Symbol.asyncDispose]: dispose };
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
}
