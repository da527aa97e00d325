import { z } from 'zod';
import { attackTechnique } from './catalogue.ts';
import { attackRelease } from './techniques.ts';

/** What a set of detections does about one technique in force. */
export interface Covered {
  readonly technique: string;
  /** Names of the detections, sorted. */
  readonly detections: readonly string[];
  /** Alerts that named it and still hold. */
  readonly alerts: number;
}

const technique = z.strictObject({
  techniqueID: z.string().regex(/^T\d{4}(?:\.\d{3})?$/u),
  score: z.number().exactOptional(),
  comment: z.string().exactOptional(),
  enabled: z.boolean(),
  metadata: z.array(z.strictObject({ name: z.string(), value: z.string() })).exactOptional(),
  showSubtechniques: z.boolean().exactOptional(),
});

/** The fields that we write of the ATT&CK Navigator's layer format 4.5 (`layers/spec/v4.5/layerformat.md` of mitre-attack/attack-navigator, Apache-2.0). */
export const navigatorLayerSchema = z.strictObject({
  name: z.string().min(1),
  versions: z.strictObject({ attack: z.string(), navigator: z.string(), layer: z.literal('4.5') }),
  domain: z.literal('enterprise-attack'),
  description: z.string(),
  sorting: z.literal(3),
  layout: z.strictObject({ layout: z.literal('side'), showID: z.boolean(), showName: z.boolean(), expandedSubtechniques: z.enum(['none', 'all', 'annotated']) }),
  techniques: z.array(technique),
  gradient: z.strictObject({ colors: z.array(z.string().regex(/^#[0-9a-f]{6}$/u)).min(2), minValue: z.number(), maxValue: z.number() }).refine(({ minValue, maxValue }) => maxValue > minValue, 'maxValue above minValue'),
});
export type NavigatorLayer = z.output<typeof navigatorLayerSchema>;

/** The oldest ATT&CK Navigator that reads what is written here. */
const navigator = '4.9.0';

/** A layer of the ATT&CK Navigator: score = alerts, comment = detections. A technique whose sub-technique is covered is unfolded. */
export function navigatorLayer(name: string, covered: readonly Covered[]): NavigatorLayer {
  const unfolded = new Set(covered.flatMap((one) => attackTechnique(one.technique)?.parent?.id ?? []));
  const named = new Set(covered.map((one) => one.technique));
  const techniques = [
    ...covered.map((one) => ({
      techniqueID: one.technique, score: one.alerts, comment: one.detections.join(', '), enabled: true,
      metadata: one.detections.map((value) => ({ name: 'detection', value })), ...(unfolded.has(one.technique) && { showSubtechniques: true }),
    })),
    ...[...unfolded].filter((id) => !named.has(id)).map((techniqueID) => ({ techniqueID, enabled: true, showSubtechniques: true })),
  ];
  return {
    name,
    versions: { attack: attackRelease.split('.')[0] as string, navigator, layer: '4.5' },
    domain: 'enterprise-attack',
    description: 'Techniques that the detections of this byoml workspace look for. Score: alerts that hold. Comment: detections.',
    sorting: 3,
    layout: { layout: 'side', showID: true, showName: true, expandedSubtechniques: 'annotated' },
    techniques: techniques.toSorted((a, b) => (a.techniqueID < b.techniqueID ? -1 : 1)),
    gradient: { colors: ['#e8f1fa', '#1f6fb4'], minValue: 0, maxValue: Math.max(1, ...covered.map(({ alerts }) => alerts)) },
  };
}
