import { attackTechnique } from '@byoml/core/attack';
import { byTactic, type Coverage } from '@byoml/core/workspace';
import { bold, dim, yellow } from './colour.ts';
import { table } from './table.ts';

const alertsText = (alerts: number): string => (alerts === 1 ? '1 alert' : `${alerts.toLocaleString('en-US')} alerts`);

const nameOf = (id: string): string => {
  const technique = attackTechnique(id);
  return technique?.parent ? `${technique.parent.name}: ${technique.name}` : (technique?.name ?? '');
};

/** Tactics with their techniques, then what is wrong. A technique stands under each of its tactics. */
export function coverageText({ covered, notInForce, without }: Coverage): string {
  const rows = byTactic(covered).flatMap(({ id, name, techniques }) => [
    [bold(name), dim(id), '', ''],
    ...techniques.map(({ technique, alerts, detections }) => [`  ${technique}`, nameOf(technique), alertsText(alerts), detections.join(', ')]),
  ]);
  return [
    ...(rows.length > 0 ? [table(rows)] : [dim('no rule of these detections names an ATT&CK technique')]),
    ...(without.length > 0 ? ['', dim(`without a technique: ${without.join(', ')}`)] : []),
    ...(notInForce.length > 0 ? [''] : []),
    ...notInForce.map(({ technique, why, detections }) => `${yellow('!')} ${technique}, which ${detections.join(', ')} names, ${why}: it is not in the layer`),
  ].join('\n');
}
