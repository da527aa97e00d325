export { completeLines } from './complete-lines.ts';
export { aboveWorkspaces, blobName, blobSpan, containerOf, overlap, placeInside, spanOf, type ExportPlace, type Span } from './layout.ts';
