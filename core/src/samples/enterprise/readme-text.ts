import type { Enterprise } from './enterprise.ts';
import { readmeTitle } from './sample-folder.ts';

/** What the folder holds, in plain words. */
export function readmeText({ options, people, resources, holidays, truth }: Enterprise, layout: string, events: number): string {
  const { seed, users, days, start, campaigns, attackFrom } = options;
  return `${readmeTitle}

The people, shares and accesses in this folder are GENERATED. No record was captured anywhere. Use it to see byoml at work and to
compare methods; it is no measure of how well a method does on your data.

| file | holds |
|---|---|
| export/ | ${events} records of the table SecurityEvent (5140, 5145), laid out as a data export of Log Analytics writes them (${layout}) |
| people.csv | the directory: ${people.length} people with manager, team, department and title |
| truth.jsonl | the ${truth.length} planted accesses: campaign, kind, user, resource, day, sourceHost |

Made with \`byoml sample enterprise --seed ${seed} --users ${users} --days ${days} --start ${start} --layout ${layout} --sweeps ${campaigns.sweeps} --fan-outs ${campaigns.fanOuts} --insiders ${campaigns.insiders}\`;
the same command makes the same bytes. ${resources.length} shares. Holidays: ${holidays.length === 0 ? 'none' : holidays.join(', ')}. Campaigns act from day ${attackFrom} (counted from 0) on.

- sweep: one account opens 5 to 8 shares of one other department in a day
- fan-out: three borrowed accounts open 4 or 5 shares each from one source host within two working days
- insider: one account opens one share of a neighbouring team a day for six working days

As many planted accesses again go to shares that the account knows or that everybody uses. A \`DOMAIN\\svc-…\` account is a service: indexing, backup, scans.
`;
}
