import { dataExport } from './data-export.ts';
import { scanner } from './storage.test.fixture.ts';

/** Scans once, as told by the first argument, and prints what came of it as JSON. */
const { settings, cache } = JSON.parse(process.argv[2] ?? '') as { readonly settings: object; readonly cache: string };
const said = await scanner(dataExport, settings, cache).scan().then(
  ({ files }) => ({ files: files.length }),
  ({ code, message }: { readonly code?: string; readonly message: string }) => ({ code, message }),
);
process.stdout.write(JSON.stringify(said), () => process.exit());
