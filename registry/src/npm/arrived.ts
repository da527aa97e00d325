import type { PublishEvent } from '../log/event.ts';
import type { Contents } from './contents.ts';
import type { History } from './history.ts';
import { foldPackage, type PackageState } from './package-state.ts';

/** What a package is after its history: of the versions that `counts` lets through, those whose tarball arrived. */
export async function arrived({ history, contents }: { readonly history: History; readonly contents: Contents }, name: string, { counts = () => true, signal }: { readonly counts?: (event: PublishEvent) => boolean; readonly signal: AbortSignal }): Promise<PackageState> {
  const { events, live } = history.of(name);
  const there = new Set<number>();
  for (const event of events) if (event.kind === 'publish' && live.has(event.version) && counts(event) && (await contents.has(event, signal))) there.add(event.number);
  return foldPackage(events, ({ number }) => there.has(number));
}
