import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Scan, ScanFile } from '../../contracts/data-source.ts';
import { defineEngine, type EngineDefinition, type Stamped } from '../../contracts/define.ts';
import type { Engine, Relation } from '../../contracts/engine.ts';
import { ByomlError } from '../../contracts/errors.ts';
import type { Run } from '../../contracts/run.ts';
import type { Dialect } from '../../contracts/view.ts';
import { readRows } from '../read.ts';
import type { Cells } from '../table.ts';
import { MemoryRelation, typeOf } from './memory-relation.ts';

function refuse(): never {
  throw new ByomlError('INTERNAL', 'the engine in memory runs no SQL');
}
const dialect: Dialect = { ident: refuse, literal: refuse, utcDay: refuse, timestamp: refuse, sortedList: refuse, matches: refuse, json: refuse };

async function lines({ url, bytes, offset = 0 }: ScanFile): Promise<Cells[]> {
  const path = fileURLToPath(url);
  const whole = await readFile(path).catch((cause: unknown) => {
    throw new ByomlError('FILE_MISSING', `${path}: no such file`, { cause });
  });
  const part = whole.subarray(offset, offset + bytes);
  const text = (path.endsWith('.gz') ? gunzipSync(part) : part).toString();
  return text.split('\n').filter(Boolean).map((line, i) => parsed(line, path, i));
}

function parsed(line: string, path: string, row: number): Cells {
  try {
    return JSON.parse(line) as Cells;
  } catch (cause) {
    throw new ByomlError('FILE_CORRUPT', `${path}: line ${row + 1} is not JSON`, { cause });
  }
}

function distinct(rows: readonly Cells[], by: string | undefined): readonly Cells[] {
  if (by === undefined) return rows;
  return [...new Map(rows.map((row) => [row[by], row])).values()];
}

async function* watched(scan: Extract<Scan, { kind: 'batches' }>, run: Run): AsyncGenerator<any> {
  for await (const part of scan.batches) {
    run.signal.throwIfAborted();
    yield part;
  }
}

async function rowsOf(scan: Scan, run: Run): Promise<readonly Cells[]> {
  if (scan.kind === 'batches') return readRows(watched(scan, run));
  if (scan.format !== 'jsonl') throw new ByomlError('FORMAT_UNKNOWN', `${scan.name}: the engine in memory reads JSON Lines only`);
  return distinct((await Promise.all(scan.files.map(lines))).flat(), scan.unique);
}

/** An engine without SQL, for components and tests that need none: JSON Lines and batches, all in memory. */
export function memoryEngine(): Engine {
  return {
    dialect,
    trainers: {},
    async open(scan, run): Promise<Relation> {
      run.signal.throwIfAborted();
      const rows = await rowsOf(scan, run);
      const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
      return new MemoryRelation(scan.name, names.map((name) => ({ name, type: typeOf(rows.map((row) => row[name])) })), rows);
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** The same as a component, for the kit's own tests. */
export const memoryEngineDefinition: Stamped<'engine', EngineDefinition> = defineEngine({ id: 'memory', summary: 'Tables in memory, without SQL.', settings: z.strictObject({}), create: async () => memoryEngine() });
