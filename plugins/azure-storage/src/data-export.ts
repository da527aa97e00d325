import { ByomlError, defineDataSource, isByomlError, z, type Run, type Scan, type Window } from '@byoml/core';
import { containerOf, type Span } from '@byoml/core/data-export';
import { atOnce } from './at-once.ts';
import type { Container, Store } from './client.ts';
import { copiesOf } from './copies.ts';
import { findBlobs, findWorkspaces, inOrder, type ExportBlob, type WorkspaceFolder } from './export-walk.ts';
import { gigabyte, lazyStore, readingNeeds, readingSettings } from './reading.ts';
import { usualPatience } from './retried.ts';
import { recordsOf } from './scan-file.ts';
import { each, walkOf, type Walk } from './walk.ts';

const { account, ...others } = readingSettings;
const settings = z.strictObject({
  account,
  table: z.string().regex(/^\w+$/u).describe('Table, such as SecurityEvent; its container is am-securityevent'),
  container: z.string().min(1).optional().describe('Container, where it is not am- and the table'),
  workspace: z.string().min(1).optional().describe('Name or resource id of the workspace to read; all when absent'),
  margin: z.number().min(0).default(1).describe('Hours before and after the window whose folders are read too'),
  ...others,
});
type Settings = z.output<typeof settings>;

const hourMs = 3_600_000;

/** The blobs that a workspace's data export writes to a storage account. */
export const dataExport = defineDataSource({
  id: 'data-export',
  summary: 'Blobs as the data export of a Log Analytics workspace writes them (PT05M and PT1H)',
  settings,
  needs: readingNeeds,
  create: (chosen, services) => {
    const open = lazyStore(chosen, services);
    return {
      async scan(window, run): Promise<Scan> {
        const { container, blobs } = await listed(await open(run), chosen, window, run);
        const wanted = blobs.map((each) => ({ ...each, ending: '.jsonl' }));
        const { parallel, cacheGb, table } = chosen;
        const copies = await copiesOf(wanted, { container, folder: services.cache.path, limitBytes: cacheGb * gigabyte, parallel, patience: usualPatience, log: services.log, run });
        const files = copies.flatMap(([{ span }, copy]) => (copy ? (recordsOf(copy, { label: container.addressOf(copy.blob.name), span }) ?? []) : []));
        // The export may deliver a record twice; a copy has the same _ItemId.
        return { kind: 'files', format: 'jsonl', files, name: `azure-storage/data-export (${table})`, unique: '_ItemId' };
      },
    };
  },
});

interface Listed {
  readonly container: Container;
  readonly blobs: readonly ExportBlob[];
}

async function listed(store: Store, chosen: Settings, window: Window, run: Run): Promise<Listed> {
  const { workspace, margin, parallel } = chosen;
  const span: Span = { from: window.from.getTime() - margin * hourMs, to: window.to.getTime() + margin * hourMs };
  const walkIn = (container: Container): Walk => walkOf(container, span, atOnce(parallel), run);
  const { walk, all } = await workspacesIn(store, chosen, walkIn, run);
  const { container } = walk;
  const kept = workspace === undefined ? all : all.filter((each) => isWorkspace(each.workspace, workspace));
  if (kept.length === 0 && all.length > 0) throw otherWorkspaces(container, workspace as string, all);
  return { container, blobs: (await each(walk, kept, findBlobs)).sort(inOrder) };
}

interface Workspaces {
  readonly walk: Walk;
  readonly all: readonly WorkspaceFolder[];
}

/** In the container as it should be called, else in one that only another letter case tells from it. */
async function workspacesIn(store: Store, { container, table }: Settings, walkIn: (container: Container) => Walk, run: Run): Promise<Workspaces> {
  const look = async (called: string): Promise<Workspaces> => {
    const walk = walkIn(store.container(called));
    return { walk, all: await findWorkspaces(walk) };
  };
  const name = container ?? containerOf(table);
  try {
    return await look(name);
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.code !== 'RESOURCE_UNKNOWN') throw thrown;
    // To list containers is a right of its own, which a reader of one need not have.
    const existing = await store.containers('', run.signal).catch(() => undefined);
    run.signal.throwIfAborted();
    const same = existing?.find((other) => other !== name && other.toLowerCase() === name.toLowerCase());
    if (same !== undefined) return await look(same);
    throw existing === undefined ? thrown : withExisting(thrown, existing);
  }
}

function withExisting(thrown: ByomlError, names: readonly string[]): ByomlError {
  const existing = names.filter((name) => name.toLowerCase().startsWith('am-'));
  return new ByomlError('RESOURCE_UNKNOWN', `${thrown.message}; of exports it has ${existing.length === 0 ? 'none' : existing.slice(0, 20).join(', ')}`, { details: { ...thrown.details, existing } });
}

/** `blob` is a whole resource id in lower case; `wanted` that, or its last part. */
function isWorkspace(blob: string, wanted: string): boolean {
  const name = wanted.toLowerCase().replaceAll(/^\/+|\/+$/gu, '');
  return blob === name || blob.endsWith(`/${name}`);
}

function otherWorkspaces(container: Container, workspace: string, found: readonly WorkspaceFolder[]): ByomlError {
  const existing = [...new Set(found.map((each) => each.workspace.split('/').at(-1)))];
  return new ByomlError('RESOURCE_UNKNOWN', `${container.address} has nothing of workspace "${workspace}"; it has ${existing.join(', ')}`, { details: { container: container.address, workspace, existing } });
}
