import type { ModelFiles } from '../contracts/algorithm.ts';
import type { ModelManifestInput } from './manifest.ts';

export const manifestInput: ModelManifestInput = {
  algorithm: { address: '@byoml/anomalous-resource-access/access-walk', version: '0.1.0', settings: { b: 0.5, halfLife: null } },
  seed: 7,
  window: { from: '2026-01-01', to: '2026-01-31' },
  rows: 3,
  data: { digest: 'data' },
  code: { core: '0.1.0', plugin: '0.1.0' },
  calibrated: true,
  provisional: false,
};

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Writes three files, two of them of one scope; `content` tells models apart. */
export const saveFiles = (content: string) => async (files: ModelFiles): Promise<void> => {
  await files.write('model/vocabulary.json', text(`{"${content}":1}`));
  await files.write('model/scopes/s61/graph.bin', text(`graph ${content}`.repeat(50)));
  await files.write('calibration/scopes/s61/known.json', text(`[${content.length}]`));
};
