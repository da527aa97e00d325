import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { checkAlgorithm, type Checked, type Fit } from '@byoml/core/data-fit';
import type { Session } from '@byoml/core/ad-hoc';
import { ByomlCommand, plugin } from '../command.ts';
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
    workspace: Flags.string({ default: '.', helpValue: 'DIR', description: 'Folder with the detections.' }),
    plugin,
  };

  async run(): Promise<Fit> {
    const { args, flags } = await this.parse(Check);
    await using session = await openSession({ json: this.jsonEnabled(), plugins: flags.plugin, signal: this.signal, progress: this.progress });
    const { fit, unfit } = await this.#check(session, args.target, flags);
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(fitText(fit));
    if (unfit) throw unfit;
    return fit;
  }

  async #check(session: Session, target: string, flags: Given): Promise<Checked> {
    const { source, set = [], map = [], view, 'view-set': viewSet = [] } = flags;
    if (source === undefined) throw new ByomlError('USAGE_INVALID', `an algorithm is checked against data: name it with --source`);
    return checkAlgorithm(session, { algorithm: target, source, set, map, view: view === undefined ? undefined : { address: view, set: viewSet } });
  }
}

interface Given {
  readonly source?: string | undefined;
  readonly set?: string[] | undefined;
  readonly map?: string[] | undefined;
  readonly view?: string | undefined;
  readonly 'view-set'?: string[] | undefined;
  readonly workspace: string;
}
