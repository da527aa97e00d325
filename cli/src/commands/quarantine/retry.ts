import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { State, type QuarantineRecord } from '@byoml/core/state';
import { openWorkspace } from '@byoml/core/workspace';
import { ByomlCommand } from '../../command.ts';
import { workspace } from '../../detecting.ts';
import { quarantineText } from '../../render/quarantine.ts';

export default class QuarantineRetry extends ByomlCommand {
  static override summary = 'Let the next run try files again that earlier ones left out.';
  static override description = 'For files that are whole although they look unchanged, or that another version of byoml can read. What can be read then is scored as late data of its day.';
  static override examples = ['<%= config.bin %> quarantine retry share-access --all --workspace ./soc', '<%= config.bin %> quarantine retry share-access PT1H.json'];
  static override args = {
    detection: Args.string({ required: true, description: 'Name of the detection.' }),
    file: Args.string({ multiple: true, description: 'Name, path or URL as the list has it, or the end of one.' }),
  };
  static override flags = { workspace, all: Flags.boolean({ default: false, description: 'All files of the detection.' }) };

  async run(): Promise<{ files: QuarantineRecord[] }> {
    const { args, flags } = await this.parse(QuarantineRetry);
    const named = args.file ?? [];
    if (flags.all === (named.length > 0)) throw new ByomlError('USAGE_INVALID', 'name files, or say --all', { details: { files: named } });
    const opened = await openWorkspace(flags.workspace);
    using state = State.open(opened.folder);
    const held = state.quarantine(args.detection);
    const chosen = flags.all ? held : [...new Set(named.flatMap((name) => matching(held, args.detection, name)))];
    state.retryQuarantine(args.detection, chosen.map(({ url }) => url));
    const files = state.quarantine(args.detection).filter(({ url }) => chosen.some((one) => one.url === url));
    if (files.length > 0) this.log(quarantineText(files));
    return { files };
  }
}

function matching(held: readonly QuarantineRecord[], detection: string, name: string): readonly QuarantineRecord[] {
  const found = held.filter(({ file, url }) => [file, url].some((known) => known === name || known.endsWith(`/${name}`)));
  if (found.length > 0) return found;
  throw new ByomlError('RECORD_UNKNOWN', `${detection} leaves out no file ${name}`, { details: { detection, file: name, held: held.map(({ file }) => file) } });
}
