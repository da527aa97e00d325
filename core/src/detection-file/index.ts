export { isWorkday, localDay } from './calendar.ts';
export type { Calendar, Detection, Enrichment, Filter, InlineView, ParsedDetection, Use } from './detection.ts';
export { detectionText, type DetectionInput } from './detection-text.ts';
export { durationText, parseDuration } from './duration.ts';
export { inlineView } from './inline-view.ts';
export { parseDetection } from './parse.ts';
export { withPaths } from './paths.ts';
export { secretsOf, withSecrets } from './secrets.ts';
export { readYaml, type Position, type YamlFile } from './yaml-file.ts';
