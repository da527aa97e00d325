import { basename, dirname, resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { checkAlgorithm, checkDetection, type Checked, type Fit } from '@byoml/core/data-fit';
import type { Session } from '@byoml/core/ad-hoc';
import { allowLevel, ByomlCommand, plugin } from '../command.ts';
import { fitText } from '../render/fit.ts';
import { openSession } from '../session.ts';

export default class Check extends ByomlCommand {
  static override summary = 'See whether your data fits a detection or an algorithm, before anything runs.';
  static override description = 'Per column: present, empty, distinct, and where a missing one may be. Writes nothing. Exits with 0 when the data fits or fits partly, with 3 when it does not.';
  static override examples = [
    '<%= config.bin %> check share-access --workspace ./soc',
    '<%= config.bin %> check share-access --source ./export-of-today',
    '<%= config.bin %> check anomalous-resource-access/access-walk --source logons.csv --map user=Account --map resource=ShareName',
    '<%= config.bin %> check anomalous-resource-access/access-walk --source ./export --set table=SecurityEvent --view anomalous-resource-access/windows-file-shares',
  ];
  static override args = { target: Args.string({ required: true, description: 'Name of a detection, path of its file, or address of an algorithm.' }) };
  static override flags = {
    source: Flags.string({ helpValue: 'PATH|ADDRESS', description: 'File, data-export folder or data source to look at; a detection has its own.' }),
    set: Flags.string({ multiple: true, helpValue: 'KEY=VALUE', description: 'A setting of the source (repeatable).' }),
    map: Flags.string({ multiple: true, helpValue: 'COLUMN=PATH', description: 'Where a column of the algorithm is in the data (repeatable).' }),
    view: Flags.string({ helpValue: 'ADDRESS', description: 'View that turns raw events into the columns of the algorithm.' }),
    'view-set': Flags.string({ multiple: true, helpValue: 'KEY=VALUE', description: 'A setting of the view (repeatable).' }),
    workspace: Flags.string({ helpValue: 'DIR', description: 'Folder of the workspace; where you are when absent.' }),
    plugin,
    'allow-level': allowLevel,
  };

  async run(): Promise<Fit> {
    const { args, flags } = await this.parse(Check);
    await using session = await openSession({ ...this.opening(flags), workspace: flags.workspace ?? workspaceOf(args.target) });
    const { fit, unfit } = await this.#check(session, args.target, flags);
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(fitText(fit));
    if (unfit) throw unfit;
    return fit;
  }

  async #check(session: Session, target: string, flags: Given): Promise<Checked> {
    const { source, set = [], map = [], view, 'view-set': viewSet = [] } = flags;
    if (isDetection(target)) {
      if (map.length > 0 || view !== undefined) throw new ByomlError('USAGE_INVALID', `--map and --view are for algorithms; a detection says in its file where its columns are: view: { table: …, columns: { user: Account, … } }`);
      if (source === undefined && set.length > 0) throw new ByomlError('USAGE_INVALID', '--set is about --source, which is not given; the settings of a detection stand in its file');
      return checkDetection(session, { workspace: flags.workspace ?? workspaceOf(target), detection: target, source, set });
    }
    if (source === undefined) throw new ByomlError('USAGE_INVALID', 'an algorithm is checked against data: name it with --source');
    return checkAlgorithm(session, { algorithm: target, source, set, map, view: view === undefined ? undefined : { address: view, set: viewSet } });
  }
}

const file = /\.ya?ml$/u;

/** The name of a detection has no slash; an address has one. */
const isDetection = (target: string): boolean => file.test(target) || !target.includes('/');

/** `soc/detections/share-access.yaml` lies in the workspace `soc`. */
const workspaceOf = (target: string): string => (file.test(target) && basename(dirname(resolve(target))) === 'detections' ? dirname(dirname(resolve(target))) : '.');

interface Given {
  readonly source?: string | undefined;
  readonly set?: string[] | undefined;
  readonly map?: string[] | undefined;
  readonly view?: string | undefined;
  readonly 'view-set'?: string[] | undefined;
  readonly workspace?: string | undefined;
}
