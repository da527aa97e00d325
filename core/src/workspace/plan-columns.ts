import type { z } from 'zod';
import { accessViewColumns } from '../contracts/access.ts';
import { ByomlError } from '../contracts/errors.ts';
import { nearestText } from '../plugins/nearest.ts';
import type { Plan } from './plan.ts';
import { scoredRowColumns } from './scored-row.ts';
import { resultColumns } from '../results/result-row.ts';

type Place = ReadonlyArray<string | number>;

/** Checks that what each part reads, another part gives. Where the source itself is the table its columns are only known once it is opened. */
export function checkColumns(plan: Plan): void {
  const { parsed, detection, chosen, view, enrich, rules, sinks } = plan;
  const { input } = chosen.component.definition;
  const invalid = (place: Place, says: string): ByomlError => new ByomlError('DETECTION_INVALID', `${parsed.at(place)}: ${says}`, { details: { detection: detection.name, path: place.join('.') } });
  const needsUnknown = (place: Place, names: readonly string[], known: readonly string[], what: string): void => {
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) throw invalid(place, `${what} "${unknown}" does not exist${nearestText(unknown, known)}; there are ${known.join(', ')}`);
  };
  if (!Object.hasOwn(input, 'user') || !(Object.hasOwn(input, 'day') || Object.hasOwn(input, 'lastSeen'))) {
    throw invalid(['algorithm'], `${chosen.component.address} reads no columns "user" and "day", which incidents are grouped by`);
  }
  const enriched = enrich.flatMap(({ columns }) => columns);
  const given = view ? Object.keys(view.definition.output) : [...Object.keys(input), ...Object.keys(accessViewColumns)];
  enrich.forEach(({ key, columns }, i) => {
    needsUnknown(['enrich', i, 'key'], [key], given, 'column');
    needsUnknown(['enrich', i, 'columns'], columns, Object.keys(input), 'a column that the algorithm reads:');
  });
  const all = [...new Set([...given, ...enriched])];
  detection.filters.forEach(({ column }, i) => needsUnknown(['filters', i, 'column'], [column], all, 'column'));
  for (const [name, schema] of Object.entries<z.ZodType>(input)) {
    if (!all.includes(name) && !schema.safeParse(undefined).success) throw invalid(view ? ['view'] : ['source'], `${chosen.component.address} needs the column "${name}", which nothing gives; there are ${all.join(', ')}`);
  }
  rules.forEach(({ address, definition }, i) => {
    const missing = Object.entries(definition.columns).filter(([name, schema]) => !Object.hasOwn(scoredRowColumns, name) && !all.includes(name) && !(schema as z.ZodType).safeParse(undefined).success);
    if (missing.length > 0) throw invalid(['rules', i], `${address} needs the column "${missing[0]?.[0]}", which scored rows do not have`);
  });
  sinks.forEach(({ address, definition }, i) => needsUnknown(['sinks', i], Object.keys(definition.columns), Object.keys(resultColumns), `${address} needs a column that results do not have:`));
}
