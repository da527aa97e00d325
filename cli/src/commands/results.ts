import { Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { checkedEcsRecord, checkedOcsfRecord, checkedSentinelRow, ecsRecord, ocsfRecord, sentinelRow, storedResults, type ResultRow } from '@byoml/core/results';
import { ByomlCommand } from '../command.ts';
import { dayOf, readState, workspace } from '../detecting.ts';
import { writeStdout, writeWhole } from '../out-file.ts';

/** What a schema makes of a result; each checks its record. */
const schemas = {
  plain: (row: ResultRow): object => row,
  sentinel: (row: ResultRow): object => checkedSentinelRow(sentinelRow(row, { ruleStatus: 'Production' })),
  ecs: (row: ResultRow): object => checkedEcsRecord(ecsRecord(row)),
  ocsf: (row: ResultRow): object => checkedOcsfRecord(ocsfRecord(row)),
};
type Schema = keyof typeof schemas;
const names = Object.keys(schemas) as Schema[];

/** What `byoml results --out FILE --json` prints. */
export interface ResultsWritten {
  readonly as: Schema;
  readonly out: string;
  readonly rows: number;
  readonly withdrawn: number;
  readonly byDetection: Readonly<Record<string, number>>;
}

export default class Results extends ByomlCommand {
  static override summary = 'Alerts as records for a SIEM: JSON Lines, each alert in its latest revision.';
  static override description = 'As the sinks get them (plain), as a row of the result table in Microsoft Sentinel, in the Elastic Common Schema, or as a Detection Finding of OCSF. Every record is checked against the schema it is written in.';
  static override examples = ['<%= config.bin %> results --workspace ./soc', '<%= config.bin %> results --as ocsf --detection share-access --from 2026-11-01 --out findings.jsonl', '<%= config.bin %> results --as ecs --out alerts.jsonl --json'];
  static override flags = {
    workspace,
    as: Flags.option({ options: names })({ default: 'plain', description: 'Schema of the records.' }),
    detection: Flags.string({ helpValue: 'NAME', description: 'Only of this detection.' }),
    from: Flags.string({ helpValue: 'DAY', description: 'First UTC day.' }),
    to: Flags.string({ helpValue: 'DAY', description: 'The day after the last.' }),
    withdrawn: Flags.boolean({ description: 'Also alerts that late data took back.' }),
    out: Flags.string({ default: '-', helpValue: 'FILE', description: 'File to write; - is stdout.' }),
  };

  async run(): Promise<ResultsWritten> {
    const { flags } = await this.parse(Results);
    const { as, out, withdrawn } = flags;
    if (this.jsonEnabled() && out === '-') throw new ByomlError('USAGE_INVALID', '--json prints a summary, so the records need a file: add --out FILE, or leave --json out (each line is JSON already)', { details: { out } });
    const opened = await readState(flags.workspace);
    using state = opened.state;
    const filter = {
      withdrawn,
      ...(flags.detection !== undefined && { detection: flags.detection }),
      ...(flags.from !== undefined && { from: dayOf('from', flags.from) }), ...(flags.to !== undefined && { to: dayOf('to', flags.to) }),
    };
    const counted = new Counted();
    const lines = counted.lines(storedResults(state, filter), as);
    await (out === '-' ? writeStdout(lines, this.signal) : writeWhole(out, lines, this.signal));
    const written = { as, out, ...counted.told() };
    if (out !== '-') this.log(`wrote ${written.rows.toLocaleString('en-US')} ${written.rows === 1 ? 'alert' : 'alerts'} to ${out}${written.withdrawn > 0 ? `, ${written.withdrawn.toLocaleString('en-US')} of them withdrawn` : ''}`);
    return written;
  }
}

/** Makes lines and counts what went by. */
class Counted {
  readonly #byDetection = new Map<string, number>();
  #rows = 0;
  #withdrawn = 0;

  *lines(rows: Iterable<ResultRow>, as: Schema): Generator<string> {
    for (const row of rows) {
      this.#rows++;
      this.#withdrawn += Number(row.withdrawn);
      this.#byDetection.set(row.detection, (this.#byDetection.get(row.detection) ?? 0) + 1);
      yield `${JSON.stringify(schemas[as](row))}\n`;
    }
  }

  told(): Pick<ResultsWritten, 'rows' | 'withdrawn' | 'byDetection'> {
    return { rows: this.#rows, withdrawn: this.#withdrawn, byDetection: Object.fromEntries(this.#byDetection) };
  }
}
