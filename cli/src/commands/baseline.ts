import { Args, Flags } from '@oclif/core';
import { writeBaseline, type Baseline as Written } from '@byoml/core/workspace';
import { allowLevel, ByomlCommand, plugin } from '../command.ts';
import { now, openDetecting, workspace } from '../detecting.ts';
import { baselineText } from '../render/baseline.ts';

export default class Baseline extends ByomlCommand {
  static override summary = 'Export who used what in a detection\'s training window, how rarely, and how rarely among peers: a table that other rules join.';
  static override description = 'One row per scope, user and resource: firstSeen, lastSeen, days, count, share, usersOfResource, resourcesOfUser, isRare, peers, peersUsing, peerRare. isRare: at most 2 users use the resource, or it is less than 0.1 % of the user\'s accesses. peerRare: less than 10 % of the user\'s peers use it. Peers share the department where the detection joins one, else they are the 20 users with the most resources in common.';
  static override examples = ['<%= config.bin %> baseline share-access --out baseline.csv --workspace ./soc', '<%= config.bin %> baseline share-access --out baseline.parquet --max-rows 100000'];
  static override args = { detection: Args.string({ required: true, description: 'Name of the detection, or its file.' }) };
  static override flags = {
    workspace,
    out: Flags.string({ required: true, helpValue: 'FILE', description: 'File to write: .csv, .jsonl or .parquet; the first two also as .gz.' }),
    'max-rows': Flags.integer({ min: 1, helpValue: 'N', description: 'At most this many rows: those that were seen last.' }),
    now, plugin,
    'allow-level': allowLevel,
  };

  async run(): Promise<Written> {
    const { args, flags } = await this.parse(Baseline);
    await using detecting = await openDetecting({ ...flags, detection: args.detection, readOnly: true, ...this.opening(flags) });
    const written = await writeBaseline({ ...detecting, out: flags.out, maxRows: flags['max-rows'] });
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(baselineText(written));
    return written;
  }
}
