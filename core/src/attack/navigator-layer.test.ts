import { expect, test } from 'vitest';
import { navigatorLayer, navigatorLayerSchema } from './index.ts';

test('a layer scores each technique by its alerts and names its detections; the technique of a sub-technique is unfolded', () => {
  const layer = navigatorLayer('soc', [{ technique: 'T1078', detections: ['logons', 'shares'], alerts: 12 }, { technique: 'T1021.002', detections: ['shares'], alerts: 0 }]);
  expect(navigatorLayerSchema.parse(layer)).toEqual(layer);
  expect(layer).toMatchObject({ name: 'soc', domain: 'enterprise-attack', versions: { attack: '18', layer: '4.5' }, gradient: { minValue: 0, maxValue: 12 } });
  expect(layer.techniques).toEqual([
    { techniqueID: 'T1021', enabled: true, showSubtechniques: true },
    expect.objectContaining({ techniqueID: 'T1021.002', score: 0, comment: 'shares' }),
    expect.objectContaining({ techniqueID: 'T1078', score: 12, comment: 'logons, shares' }),
  ]);
});

test('a workspace that covers nothing makes a valid layer too', () => {
  expect(navigatorLayerSchema.parse(navigatorLayer('soc', []))).toMatchObject({ techniques: [], gradient: { minValue: 0, maxValue: 1 } });
});
