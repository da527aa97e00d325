import { relative } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { initWorkspace, type Initialised, type Look } from '@byoml/core/data-fit';
import { allowLevel, ByomlCommand, plugin, set } from '../command.ts';
import { initText } from '../render/look.ts';
import { openSession } from '../session.ts';

interface InitDocument {
  readonly workspace: string;
  readonly detection: string;
  readonly file: string;
  readonly look: Look;
  readonly view: string | null;
  readonly people: Initialised['people'];
  readonly next: readonly string[];
}

const names: Readonly<Record<string, string>> = { 'anomalous-resource-access/windows-file-shares': 'share-access' };

/** What a detection is called after the view that it reads through. */
const nameFor = (view: string | null): string => (view === null ? 'access' : (names[view] ?? view.split('/').at(-1) ?? 'access'));

export default class Init extends ByomlCommand {
  static override summary = 'Start a workspace: look at the data and write a first detection for it.';
  static override description = 'Says what is in the data (days, events, accounts, resources, what is noise), chooses a view by its table, and writes DIR/detections/NAME.yaml. Writes nothing else, and never over a file.';
  static override examples = [
    '<%= config.bin %> init ./soc --source files/data-export --set path=./am-securityevent --set table=SecurityEvent',
    '<%= config.bin %> init ./soc --source logons.csv --map user=Account --map resource=Server --map lastSeen=Time --name server-access',
  ];
  static override args = { dir: Args.string({ required: true, description: 'Folder of the workspace; made when it does not exist.' }) };
  static override flags = {
    source: Flags.string({ required: true, helpValue: 'ADDRESS|PATH', description: 'Data source, or a file or data-export folder.' }),
    set,
    name: Flags.string({ helpValue: 'NAME', description: 'Name of the detection; share-access for Windows file shares.' }),
    view: Flags.string({ helpValue: 'ADDRESS', description: 'View that reads the events; chosen by the table when absent.' }),
    map: Flags.string({ multiple: true, helpValue: 'COLUMN=PATH', description: 'Where a column of the algorithm is in the data, instead of a view (repeatable).' }),
    algorithm: Flags.string({ default: 'anomalous-resource-access/access-walk', helpValue: 'ADDRESS', description: 'What scores the accesses.' }),
    plugin,
    'allow-level': allowLevel,
  };

  async run(): Promise<InitDocument> {
    const { args, flags } = await this.parse(Init);
    await using session = await openSession({ ...this.opening(flags), workspace: args.dir });
    const made = await initWorkspace(session, {
      folder: args.dir,
      source: flags.source,
      set: flags.set ?? [],
      view: flags.view,
      map: flags.map ?? [],
      algorithm: flags.algorithm,
      rules: ['anomalous-resource-access/unusual-access'],
      sinks: [{ use: 'files/table', settings: { path: './results.jsonl', mode: 'append' } }],
      name: flags.name,
      nameFor,
    });
    this.progress.stop();
    const next = nextCommands(made, new Date());
    if (!this.jsonEnabled()) this.log(initText({ ...made, file: shortest(made.file) }, next));
    const { workspace, detection, file, look, view, people } = made;
    return { workspace, detection, file, look, view, people, next };
  }
}

function shortest(path: string): string {
  const from = relative(process.cwd(), path);
  return from.length < path.length ? from || '.' : path;
}

const dayMs = 86_400_000;

/** The commands that follow; data that ended some days ago is run as of its end. */
function nextCommands({ detection, workspace, look }: Initialised, today: Date): readonly string[] {
  const where = shortest(workspace);
  const at = where === '.' ? '' : ` --workspace ${/^[\w./@-]+$/u.test(where) ? where : `'${where}'`}`;
  const end = new Date(Date.parse(look.to) + dayMs);
  const now = today.getTime() - end.getTime() > 2 * dayMs ? ` --now ${end.toISOString().slice(0, 10)}T01:00:00Z` : '';
  return [`byoml check ${detection}${at}`, `byoml preview ${detection}${at}${now}`, `byoml run ${detection}${at}${now}`];
}
