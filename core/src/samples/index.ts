export { ClusteredAccesses, defaultShape, type Shape } from './cyberml/clustered-accesses.ts';
export { cybermlSample, cybermlSampleNames, type CybermlSample, type CybermlSampleName, type SampleTable } from './cyberml/cyberml-sample.ts';
export type { Edge } from './cyberml/draw-edges.ts';
export { writeCybermlSample, type SampleReport } from './cyberml/write-cyberml-sample.ts';
