import { Args, Flags } from '@oclif/core';
import { ByomlError } from '@byoml/core';
import { preview, type Preview as Previewed } from '@byoml/core/workspace';
import { allowLevel, ByomlCommand, plugin } from '../command.ts';
import { dayOf, now, openDetecting, workspace } from '../detecting.ts';
import { previewText } from '../render/preview.ts';

const dayMs = 86_400_000;

export default class Preview extends ByomlCommand {
  static override summary = 'What a detection would have queued on past days, at a budget. Records nothing.';
  static override description = 'Each day is judged by what was known before it: the model, the window and the corrections are those of earlier days only.';
  static override examples = ['<%= config.bin %> preview share-access --days 30 --budget 10/day --workspace ./soc', '<%= config.bin %> preview share-access --days 60 --to 2026-11-01 --json'];
  static override args = { detection: Args.string({ required: true, description: 'Name of the detection, or its file.' }) };
  static override flags = {
    workspace,
    days: Flags.integer({ min: 1, max: 1000, default: 30, helpValue: 'N', description: 'Days to preview.' }),
    budget: Flags.string({ helpValue: 'N/day', description: 'Incidents a day; that of the detection when absent.' }),
    to: Flags.string({ helpValue: 'DAY', description: 'The day after the last; today when absent.' }),
    now, plugin,
    'allow-level': allowLevel,
  };

  async run(): Promise<Previewed> {
    const { args, flags } = await this.parse(Preview);
    await using detecting = await openDetecting({ ...flags, detection: args.detection, readOnly: true, ...this.opening(flags) });
    const { session, plan, clock } = detecting;
    const to = flags.to === undefined ? Math.floor((clock.now().getTime() - plan.detection.score.lag) / dayMs) : dayOf('to', flags.to);
    const perDay = flags.budget === undefined ? plan.detection.budget.perDay : budgetOf(flags.budget);
    const previewed = await preview({ session, plan, clock, days: { from: to - flags.days, to }, perDay, run: session.run });
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(previewText(previewed));
    return previewed;
  }
}

function budgetOf(text: string): number {
  const perDay = Number(/^(\d+(?:\.\d+)?)(?:\/day)?$/u.exec(text)?.[1]);
  if (perDay > 0) return perDay;
  throw new ByomlError('USAGE_INVALID', `--budget ${text}: expected incidents a day, such as 10/day`, { details: { budget: text } });
}
