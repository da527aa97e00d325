import { Flags } from '@oclif/core';
import { writeEnterprise, type EnterpriseReport } from '@byoml/core/samples';
import { ByomlCommand } from '../../command.ts';

export default class SampleEnterprise extends ByomlCommand {
  static override summary = 'Write the file-share records of a made-up company (generated, not real).';
  static override description = 'A data export of the table SecurityEvent, people.csv with the directory, and truth.jsonl with the planted attacks. The same options make the same bytes.';
  static override examples = ['<%= config.bin %> sample enterprise --out ./company', '<%= config.bin %> sample enterprise --out ./company --users 1000 --days 120 --seed 3 --sweeps 0 --fan-outs 0 --insiders 0'];
  static override flags = {
    out: Flags.string({ required: true, helpValue: 'DIR', description: 'Folder to write to: new, empty, or an earlier sample, which is replaced.' }),
    seed: Flags.integer({ default: 7, min: 0, max: 4_294_967_295, helpValue: 'N', description: 'Seed of every draw.' }),
    users: Flags.integer({ default: 400, min: 40, max: 20_000, helpValue: 'N', description: 'People.' }),
    days: Flags.integer({ default: 75, min: 7, max: 730, helpValue: 'N', description: 'Days of records.' }),
    start: Flags.string({ default: '2026-01-05', helpValue: 'DAY', description: 'First day, YYYY-MM-DD.' }),
    layout: Flags.option({ options: ['PT1H', 'PT05M'] as const, default: 'PT1H' })({ description: 'One file an hour, or one per five minutes.' }),
    sweeps: Flags.integer({ default: 5, min: 0, max: 1000, helpValue: 'N', description: 'Campaigns in which an account opens many shares of one other department in a day.' }),
    'fan-outs': Flags.integer({ default: 4, min: 0, max: 1000, helpValue: 'N', description: 'Campaigns in which three borrowed accounts act from one source host.' }),
    insiders: Flags.integer({ default: 1, min: 0, max: 1000, helpValue: 'N', description: "Campaigns in which an account opens a neighbouring team's shares, one a day." }),
  };

  async run(): Promise<EnterpriseReport> {
    const { flags } = await this.parse(SampleEnterprise);
    const { out, seed, users, days, start, layout, sweeps, insiders } = flags;
    const campaigns = { sweeps, fanOuts: flags['fan-outs'], insiders };
    this.progress.step('generate');
    const report = await writeEnterprise({ out, seed, users, days, start, layout, campaigns }, { signal: this.signal, progress: this.progress.update });
    this.log(`generated ${report.events.toLocaleString('en')} records of ${report.users} people and ${report.shares} shares over ${report.days} days, ${report.campaigns} campaigns among them, in ${report.folder} (${report.seconds.toFixed(1)} s; nothing in it is real)`);
    return report;
  }
}
