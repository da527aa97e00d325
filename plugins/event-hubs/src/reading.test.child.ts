import { readFile } from 'node:fs/promises';
import { aRun } from '@byoml/core/testkit';
import { linesOf, reader } from './reader.test.fixture.ts';

// Scans and settles as long as it lives. Says how many records each scan found, and when it has settled.
const { folder, ...given } = JSON.parse(await readFile(process.argv[2] as string, 'utf8')) as { folder: string };
const { scan, source, warnings } = reader(folder, given);
process.stdout.on('error', () => process.exit(1));
for (let run = 0; ; run++) {
  const found = await linesOf(await scan({ id: `child${process.pid}-${run}` }));
  process.stdout.write(`found ${found.length}\n`);
  await source.settle(aRun());
  process.stdout.write(`settled ${found.length}\n`);
  for (const warning of warnings().splice(0)) process.stdout.write(`warning ${warning}\n`);
}
