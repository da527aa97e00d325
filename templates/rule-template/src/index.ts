import { definePlugin, defineRuleTemplate, severities, z, type Alert, type Row } from '@byoml/core';

const columns = {
  user: z.string().describe('Who'),
  resource: z.string().describe('What'),
  score: z.number().min(0).max(100).describe('How odd, 0 to 100'),
};

const settings = z.strictObject({
  watched: z.array(z.string().min(1)).min(1).default(['\\\\FS1\\hr', '\\\\FS1\\board']).describe('Beginnings of the resources that matter most'),
  least: z.number().min(0).max(100).default(70).describe('Least score that alerts'),
  severity: z.enum(severities).default('medium').describe('Severity of the alerts'),
});
type Settings = z.output<typeof settings>;

const alert = ({ user, resource, score }: Row<typeof columns>, { severity }: Settings): Alert => ({
  severity,
  title: 'Unusual access to a watched resource',
  message: `${user} opened ${resource}, which is unusual for them (score ${score}).`,
  entities: { account: user, resource },
  score,
});

const text = (value: string): string => `@'${value.replaceAll("'", "''")}'`;

export const watchedResource = defineRuleTemplate({
  id: 'watched-resource',
  title: 'Unusual access to a watched resource',
  summary: 'Alerts when a watched resource is opened by somebody who does not usually open it.',
  settings,
  attack: ['T1039', 'T1213'],
  falsePositives: ['Somebody whose job changed, until the model has learned it.'],
  blindSpots: ['People who have always had access and now misuse it.', 'Resources that are not on the list.'],
  columns,
  create: (chosen) => (rows) =>
    Iterator.from(rows)
      .filter(({ resource, score }) => score >= chosen.least && chosen.watched.some((start) => resource.startsWith(start)))
      .map((row) => alert(row, chosen)),
  kql: ({ watched, least }) => `Scores_CL
| where Score >= ${least}
| where ${watched.map((start) => `Resource startswith_cs ${text(start)}`).join(' or ')}`,
});

export default definePlugin({ components: [watchedResource] });
