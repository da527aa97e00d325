import { defineRuleTemplate, type Alert } from '@byoml/core';
import { alertOf } from './alert.ts';
import { columns } from './columns.ts';
import { decisionsOf, severityOf } from './decision.ts';
import { kql } from './kql.ts';
import { sentinelAlert } from './sentinel-alert.ts';
import { settings } from './settings.ts';

export const unusualAccess = defineRuleTemplate({
  id: 'unusual-access',
  title: 'Unusual access to a resource',
  summary: 'Alerts on new accesses that are rare for the user and for those who share accesses with them',
  settings,
  ...sentinelAlert,
  // T1021.002: shares of other machines are where lateral movement first shows as a pair that nobody like the user makes.
  // T1039: reading what a network share holds is the step before it leaves. T1078: both are done with an account that is allowed to.
  attack: ['T1021.002', 'T1039', 'T1078'],
  falsePositives: [
    'Somebody changed jobs or joined a project, until their accesses are learned (a judged or aged alert is).',
    'An audit, a migration or a deputy on leave: many new accesses in few days, all of them ordered.',
    'Administrators, scanners and backup accounts that are not listed as such in the detection.',
    'A renamed server or share: every access to it is new once.',
  ],
  blindSpots: [
    'A slow insider inside their own department: shares that their colleagues use are not unusual (measured: near chance).',
    'Misuse of accesses that the account has always had; how much of them, and at what hour, is not looked at.',
    'An account that several people share, and a borrowed account that is used for what its owner uses.',
    'Attacks older than the training data, or repeated until they were learned.',
    'Users and resources without a history are judged by their groups alone.',
    'Accesses that the source does not log, such as shares without auditing of events 5140 and 5145.',
  ],
  columns,
  create(chosen) {
    const decisions = decisionsOf(chosen);
    return function* (rows): Iterable<Alert> {
      for (const row of rows) {
        const severity = severityOf(decisions, row);
        if (severity !== undefined) yield alertOf(row, severity);
      }
    };
  },
  kql,
});
