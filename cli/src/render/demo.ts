import type { DemoDocument } from '../demo/demo-document.ts';
import { bold, dim, green, yellow } from './colour.ts';
import { oneInText } from './incident.ts';

const shownDays = 2;
const shownEntries = 5;

export function demoText({ seconds, events, candidates, queue, campaigns, worstMiss, report, dataDir }: DemoDocument, workspace: string): string {
  const days = [...new Set(queue.map(({ day }) => day))].slice(-shownDays);
  const entries = days.flatMap((day) => {
    const own = queue.filter((entry) => entry.day === day);
    const lines = own.slice(0, shownEntries).flatMap(({ rank, entity, kind, oneIn, sentence }) => [`${String(rank).padStart(3)}  ${bold(entity)}  ${dim(`${kind === 'source' ? 'source host' : 'account'} · ${oneInText(oneIn)}`)}`, `     ${sentence}`]);
    return [bold(`\nqueue of ${day}`), ...lines, ...(own.length > shownEntries ? [dim(`     and ${own.length - shownEntries} more`)] : [])];
  });
  return [
    `${yellow('generated data, not real')}  ${events.toLocaleString('en-US')} events, ${candidates.toLocaleString('en-US')} new accesses scored, ${seconds.toFixed(1)} s`,
    ...entries, '',
    `${green(`${campaigns.found} of ${campaigns.planted}`)} planted campaigns are named by an incident on a day they acted ${dim(`(a blind queue of the same size finds ${campaigns.chance.toFixed(1)})`)}`,
    ...(worstMiss ? [`worst ${worstMiss.found ? 'case' : 'miss'}: ${worstMiss.campaign}, ${worstMiss.why}`] : []), '',
    `report: ${report}`, dim(`data: ${dataDir}; workspace: ${workspace}`), '',
    `next, your own export: byoml init ./soc --source files/data-export --set path=./am-securityevent --set table=SecurityEvent`,
  ].join('\n');
}
