import { parentPort } from 'node:worker_threads';
import { searchSegments, type LineSearch } from './line-scan.ts';

parentPort?.on('message', (search: LineSearch) => {
  searchSegments(search, () => {}).then(
    () => parentPort?.postMessage(undefined),
    (error: unknown) => parentPort?.postMessage(String(error)),
  );
});
