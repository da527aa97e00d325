import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import access from '@byoml/anomalous-resource-access';
import {
  Folder,
  kind,
  rows,
  type AlgorithmDefinition,
  type Batches,
  type Component,
  type ComponentKind,
  type ComponentOf,
  type Engine,
  type Needs,
  type Relation,
  type Scan,
  type Services,
  type Status,
} from '@byoml/core';
import { openTrained, saveTrained, score, train, type AlgorithmComponent } from '@byoml/core/detection';
import { aRun, fakeServices } from '@byoml/core/testkit';
import duckdb from '@byoml/duckdb';
import files from '@byoml/files';
import { afterAll, expect } from 'vitest';

const components: readonly Component[] = [...access.components, ...duckdb.components, ...files.components];

function component<K extends ComponentKind>(wanted: K, id: string): ComponentOf<K> {
  const found = components.find((one) => one[kind] === wanted && one.id === id);
  if (!found) throw new Error(`no ${wanted} ${id}`);
  return found as ComponentOf<K>;
}

/** Every algorithm of (user, resource) pairs that the plugin has. */
export const pairAlgorithms = access.components.filter((one): one is ComponentOf<'algorithm'> => one[kind] === 'algorithm' && 'user' in one.input);

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'byoml-test-'));
  folders.push(folder);
  return folder;
}

function services<N extends Needs>(needs: N | undefined): Services<N> {
  const wanted = Object.entries(needs ?? {}).filter(([, token]) => token === Folder);
  return fakeServices(needs, Object.fromEntries(wanted.map(([name]) => [name, { path: newFolder() }])));
}

export const openEngine = (settings: object = {}): Promise<Engine> => {
  const definition = component('engine', 'duckdb');
  return definition.create(definition.settings.parse(settings), services(definition.needs));
};

const everything = { from: new Date(-8.64e15), to: new Date(8.64e15) };

function scan(source: 'table' | 'data-export', settings: object): Promise<Scan> {
  const definition = component('data-source', source);
  return definition.create(definition.settings.parse(settings), services(definition.needs)).scan(everything, aRun());
}

export interface Reading {
  readonly source?: 'table' | 'data-export';
  readonly from: object;
  readonly view: string;
  readonly settings?: object;
}

/** The rows of a view over what a source finds. */
export async function read(engine: Engine, { source = 'table', from, view, settings = {} }: Reading): Promise<Relation> {
  const definition = component('view', view);
  const relation = await engine.open(await scan(source, from), aRun());
  return relation.view(definition, definition.settings.parse(settings), aRun());
}

/** The rows of a file as it is. */
export const readPlain = async (engine: Engine, path: string): Promise<Relation> => engine.open(await scan('table', { path }), aRun());

export interface Access {
  readonly scope: string;
  readonly user: string;
  readonly resource: string;
  readonly day: number;
  readonly count: number;
  readonly sourceHosts: readonly string[];
  readonly firstSeen: number;
  readonly lastSeen: number;
}

async function rowsOf<R = Access>(batches: Batches): Promise<R[]> {
  const all: R[] = [];
  for await (const part of batches) all.push(...([...rows(part)] as R[]));
  return all;
}

export const accesses = async (engine: Engine, reading: Reading): Promise<Access[]> => rowsOf((await read(engine, reading)).batches(aRun()));

export const total = (of: readonly Access[]): number => of.reduce((sum, { count }) => sum + count, 0);
export const pairs = (of: readonly Access[]): string[] => [...new Set(of.map(({ user, resource }) => `${user} → ${resource}`))].toSorted();

const created = (definition: AlgorithmDefinition, settings: object = {}): AlgorithmComponent => ({
  address: `anomalous-resource-access/${definition.id}`,
  definition,
  algorithm: definition.create(definition.settings.parse(settings), services(definition.needs)),
});

const code = { core: '0.1.0', plugin: '0.1.0' };

/** Trains on a relation, saves into a new folder and opens it again. */
export async function trained(definition: AlgorithmDefinition, relation: Relation) {
  const made = created(definition);
  const run = aRun();
  const settings = definition.settings.parse({}) as Parameters<typeof train>[0]['settings'];
  const fitted = await train({ ...made, settings, relation, seed: 7, run, code });
  const dir = join(newFolder(), 'model');
  await saveTrained(dir, fitted, made, run);
  return openTrained(dir, () => Promise.resolve(created(definition)), run);
}

interface ScoredRow {
  readonly surprise: number;
  /** NaN is an empty cell. */
  readonly score: number;
  readonly pValue: number;
  readonly status: Status;
}

/** Scores a relation and holds every cell to the contract: finite, in range, a status that exists; empty only where nothing was calibrated. */
export async function soundScores(model: Awaited<ReturnType<typeof trained>>, relation: Relation): Promise<ScoredRow[]> {
  const scored = await rowsOf<ScoredRow>((await score({ ...model, relation, run: aRun() })).batches);
  for (const { surprise, score: percent, pValue, status } of scored) {
    expect(surprise).toSatisfy(Number.isFinite);
    expect(model.component.definition.statuses).toContain(status);
    if (model.calibration) expect([pValue > 0 && pValue <= 1, percent >= 0 && percent <= 100]).toEqual([true, true]);
    else expect([pValue, percent]).toEqual([Number.NaN, Number.NaN]);
  }
  return scored;
}
