import { writeEnterprise } from '@byoml/core/samples';
import { backfill, type Scored } from '@byoml/core/workspace';
import { ByomlCommand } from '../command.ts';
import { demoWorkspace } from '../demo/demo-workspace.ts';
import { chanceOf, isFound, readCampaigns } from '../demo/campaigns.ts';
import type { DemoDocument } from '../demo/demo-document.ts';
import { worstMiss } from '../demo/worst-miss.ts';
import { dayOf, isoDay, openDetecting } from '../detecting.ts';
import { demoText } from '../render/demo.ts';
import { writeReport } from '../report.ts';
import { Flags } from '@oclif/core';

/** Large enough for a queue of ten a day to mean something, small enough for a laptop. */
const enterprise = { users: 400, days: 75, start: '2026-01-05', replayed: 23 };

export default class Demo extends ByomlCommand {
  static override summary = 'The whole job on a generated enterprise: train, replay the days, print the queue, write the report.';
  static override description = 'Generates an enterprise of 400 accounts with planted attack campaigns (labelled generated, never real), trains, scores day after day, and says which campaigns the queue found, beside chance. Everything stays in a temporary folder, which is printed.';
  static override examples = ['<%= config.bin %> demo', '<%= config.bin %> demo --seed 12 --json'];
  static override flags = { seed: Flags.integer({ default: 7, min: 0, description: 'Seed of the enterprise.' }) };

  async run(): Promise<DemoDocument> {
    const { flags } = await this.parse(Demo);
    const started = performance.now();
    const { data, workspace, detection } = await demoWorkspace();
    this.progress.step('generating an enterprise');
    const sample = await writeEnterprise({ out: data, seed: flags.seed, users: enterprise.users, days: enterprise.days, start: enterprise.start }, { signal: this.signal, progress: (update) => this.progress.update(update) });
    const to = dayOf('start', enterprise.start) + enterprise.days;
    await using detecting = await openDetecting({ workspace, detection, now: isoDay(to + 1), json: this.jsonEnabled(), signal: this.signal, progress: this.progress });
    const scored: Scored[] = [];
    const { rows } = await backfill({ ...detecting, run: detecting.session.run, onDay: (day) => void scored.push(day) }, { from: to - enterprise.replayed, to });
    const campaigns = await readCampaigns(sample.truth);
    const queue = scored.flatMap(({ outcome }) => outcome.incidents.map(({ day, rank, entity, kind, users, sourceHosts, resources, surprise, oneIn, sentence }) => ({ day: isoDay(day), rank: rank ?? 0, entity, kind, users, sourceHosts, resources, surprise, oneIn, sentence })));
    const report = await writeReport(detecting, (scored.at(-1) as Scored).record.number, rows);
    const document: DemoDocument = {
      seconds: (performance.now() - started) / 1000, events: sample.events, candidates: scored.reduce((sum, { record }) => sum + record.funnel.scored, 0), dataDir: data, truth: sample.truth, queue,
      campaigns: { planted: campaigns.length, found: campaigns.filter((campaign) => isFound(campaign, queue)).length, chance: chanceOf(campaigns, scored) },
      worstMiss: worstMiss(campaigns, scored, queue), report,
    };
    this.progress.stop();
    if (!this.jsonEnabled()) this.log(demoText(document, workspace));
    return document;
  }
}
