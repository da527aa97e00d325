import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ByomlError, Clock, DataFolder, defineDataSource, isByomlError, Logger, type Run, type Scan, type ScanFile, type Window } from '@byoml/core';
import { folderName, isEventHubs, originOf } from './address.ts';
import type { Access } from './client.ts';
import { drain } from './drain.ts';
import { isPassing } from './failure.ts';
import { firstKept } from './intake.ts';
import type { Patience } from './membership.ts';
import { settings, type Settings } from './settings.ts';
import { settle } from './settle.ts';
import { hourOfName, Spool } from './spool.ts';
import { inTurn } from './turns.ts';

const hourMs = 3_600_000;
const sessionMs = 10_000;

/** What tests set to not wait for long. */
export interface Timing {
  readonly sessionMs?: number;
  readonly patience?: Patience;
}

interface TopicServices {
  readonly data: DataFolder;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** What a workspace's data export sends to an event hub, or any other Kafka topic of JSON records. */
export const topic = defineDataSource({
  id: 'topic',
  summary: 'An event hub that the data export of a Log Analytics workspace sends to, or a Kafka topic',
  settings,
  needs: { data: DataFolder, logger: Logger, clock: Clock },
  create: (chosen, services) => topicSource(chosen, services),
});

export function topicSource(chosen: Settings, { data, logger, clock }: TopicServices, timing: Timing = {}) {
  const origin = originOf(chosen);
  const folder = join(data.path, folderName(origin));
  const patience = timing.patience ? { patience: timing.patience } : {};
  // All scans of a run see the same records; more come with the next run.
  let drainedFor: string | undefined;
  return {
    scan: (window: Window, run: Run): Promise<Scan> => inTurn(folder, run.signal, async () => {
      run.signal.throwIfAborted();
      const spool = await Spool.open(folder, origin, logger);
      if (drainedFor !== run.id) {
        const access = await accessOf(chosen, timing);
        await drain({ spool, access, idleMs: chosen.idleMs, maxBytes: chosen.maxBytes, keepMs: chosen.keep, now: clock.now(), logger, run, ...patience });
        drainedFor = run.id;
      }
      // The export may deliver a record twice; a copy has the same _ItemId.
      return { kind: 'files', format: 'jsonl', files: filesOf(spool, window), name: `event-hubs/topic (${origin.topic})`, unique: '_ItemId' };
    }),
    settle: (run: Run): Promise<void> => inTurn(folder, run.signal, async () => {
      const spool = await Spool.open(folder, origin, logger);
      try {
        await settle(spool, await accessOf(chosen, timing), run, timing.patience);
      } catch (thrown) {
        // The records are in the spool: the group can be told as well by the next run.
        if (!isByomlError(thrown) || !isPassing(thrown)) throw thrown;
        logger.warn(`${thrown.message}; the consumer group ${origin.group} hears from the next run how far ${origin.topic} is read`, thrown.details);
      }
      await spool.forget(firstKept(spool.ledger.hours.keys(), chosen.keep, clock.now()));
    }),
  };
}

function filesOf(spool: Spool, window: Window): ScanFile[] {
  const { hours, id } = spool.ledger;
  return [...hours].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, bytes]) => {
    const [from, to] = [new Date(hourOfName(name) * hourMs), new Date((hourOfName(name) + 1) * hourMs)];
    if (to <= window.from || from >= window.to) return [];
    return [{ url: pathToFileURL(spool.pathOf(name)).href, bytes, version: `${id}-${bytes}`, span: { from, to } }];
  });
}

async function accessOf(chosen: Settings, timing: Timing): Promise<Access> {
  const { brokers, topic: name, group } = originOf(chosen);
  const { connectionString, ca } = chosen;
  const encrypts = chosen.tls ?? (connectionString !== undefined || brokers.some(isEventHubs));
  const tls = encrypts ? { tls: ca === undefined ? {} : { ca: await certificateOf(ca) } } : {};
  return { brokers, topic: name, group, ...(connectionString === undefined ? {} : { connectionString }), ...tls, sessionMs: timing.sessionMs ?? sessionMs };
}

async function certificateOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ByomlError('FILE_MISSING', `${path} (setting "ca") cannot be read`, { details: { file: path }, cause });
  }
}
