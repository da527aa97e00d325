import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { batch, ByomlError, defineDataSource, definePlugin, z, type Batch, type Run, type Window } from '@byoml/core';

/** A login as OpenSSH logs it behind an ISO 8601 time; other lines are about something else. */
const login = /^(?<time>\S+) (?<host>\S+) sshd(?:-session)?\[\d+\]: Accepted \S+ for (?<user>\S+) from (?<address>\S+) port/;
interface Login {
  readonly user: string;
  readonly resource: string;
  readonly address: string;
  readonly at: number;
}

function parse(line: string): Login | undefined {
  const { time = '', host = '', user = '', address = '' } = login.exec(line)?.groups ?? {};
  const at = Date.parse(time);
  return Number.isNaN(at) ? undefined : { user, resource: host, address, at };
}

/** Columns of a table; every row is written once and never copied again. */
const columnsOf = (logins: readonly Login[]): Batch =>
  batch({ user: logins.map(({ user }) => user), resource: logins.map(({ resource }) => resource), address: logins.map(({ address }) => address), at: Float64Array.from(logins, ({ at }) => at) });

async function* read(path: string, { from, to }: Window, run: Run): AsyncGenerator<Batch> {
  let part: Login[] = [];
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    run.signal.throwIfAborted();
    const found = parse(line);
    if (found && found.at >= from.getTime() && found.at < to.getTime()) part.push(found);
    if (part.length < 1000) continue;
    yield columnsOf(part);
    part = [];
  }
  if (part.length > 0) yield columnsOf(part);
}

export const sshLogins = defineDataSource({
  id: 'ssh-logins',
  summary: 'Logins in the log of an OpenSSH server.',
  settings: z.strictObject({ path: z.string().min(1).describe('The log file, with ISO 8601 times') }),
  create: ({ path }) => ({
    async scan(window, run) {
      run.signal.throwIfAborted();
      await access(path).catch((cause: unknown) => {
        throw new ByomlError('FILE_MISSING', `ssh-logins: ${path} cannot be read`, { details: { path }, cause });
      });
      return { kind: 'batches', name: `ssh-logins (${path})`, batches: { [Symbol.asyncIterator]: () => read(path, window, run) } };
    },
  }),
});

export default definePlugin({ components: [sshLogins], capabilities: { read: ['path'] } });
