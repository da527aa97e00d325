import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from '@byoml/core';
import { scopeOf } from '../npm/name.ts';
import { refusal } from '../trust/refusal.ts';
import type { ScopeMap } from './scope-map.ts';

const schema = z.looseObject({ packages: z.record(z.string(), z.looseObject({ name: z.string().optional(), resolved: z.string().optional(), integrity: z.string().optional(), inBundle: z.boolean().optional() })) });

/** Throws TRUST_REFUSED when npm took a package from somewhere else than the registry of its scope, or without a digest. */
export async function refuseForeignSources(project: string, scopes: ScopeMap): Promise<void> {
  const { packages } = schema.parse(JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')));
  for (const [path, source] of Object.entries(packages)) {
    if (path === '' || source.inBundle || source.resolved?.startsWith('file:archives/')) continue;
    const called = source.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const fault = faultOf(source, scopes.get(scopeOf(called) ?? ''));
    if (fault !== undefined) throw refusal(called, fault);
  }
}

type Source = z.infer<typeof schema>['packages'][string];

function faultOf({ resolved = '', integrity }: Source, bound: string | undefined): string | undefined {
  if (bound !== undefined && originOf(resolved) !== originOf(bound)) return `npm took it from ${resolved || 'nowhere'}, but packages of its scope come from ${bound}`;
  return /^https?:/.test(resolved) && integrity !== undefined ? undefined : `npm took it from ${resolved || 'nowhere'}, where nothing tells whether its bytes are the right ones`;
}

const originOf = (address: string): string | undefined => (URL.canParse(address) ? new URL(address).origin : undefined);
