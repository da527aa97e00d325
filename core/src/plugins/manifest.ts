import { z } from 'zod';
import { statuses } from '../contracts/algorithm.ts';

/** Only ever given what JSON.parse gave, so its values need no second look. */
const jsonSchema = z.record(z.string(), z.unknown());
const line = z.string().min(1).max(120);
const words = z.array(z.string().min(1).max(1000)).max(100);

const described = z.strictObject({
  id: z.string().max(100).regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'expected lower-case words joined by hyphens'),
  summary: line,
  settings: jsonSchema.describe('JSON Schema of the settings'),
  needs: words.optional().describe('Services it asks for'),
});

const component = z.discriminatedUnion('kind', [
  described.extend({ kind: z.literal('data-source') }),
  described.extend({
    kind: z.literal('view'),
    table: z.string().min(1).max(200),
    input: jsonSchema,
    where: z.array(z.strictObject({ columns: words, in: words })),
    output: jsonSchema,
  }),
  described.extend({
    kind: z.literal('algorithm'),
    input: jsonSchema,
    output: jsonSchema,
    alertUnit: z.enum(['pair-day', 'user-day', 'window', 'row']),
    population: z.enum(['new-pairs', 'all']),
    statuses: z.array(z.enum(statuses)).min(1),
    profiles: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), z.record(z.string(), z.unknown())).optional(),
  }),
  described.extend({ kind: z.literal('sink'), columns: jsonSchema }),
  described.extend({
    kind: z.literal('rule-template'),
    title: z.string().min(1).max(200),
    attack: z.array(z.string().regex(/^T\d{4}(?:\.\d{3})?$/, 'expected an ATT&CK technique such as T1021 or T1021.002')),
    falsePositives: words,
    blindSpots: words,
    columns: jsonSchema,
    kql: z.boolean(),
  }),
  described.extend({ kind: z.literal('engine') }),
]);

const capabilities = z.strictObject({
  read: words.optional(),
  hosts: words.optional(),
  env: words.optional(),
  wallMs: z.number().positive().optional(),
  memoryMb: z.number().positive().optional(),
});

/** `byoml.plugin.json`: what a plugin holds, readable without running its code. Made by `byoml plugins pack`, never by hand. */
export const pluginManifest = z.strictObject({
  /** Version of the contract between core and plugins. */
  contract: z.literal(1),
  name: z.string().min(1).max(214),
  version: z.string().min(1).max(100),
  capabilities,
  components: z.array(component).max(200),
});
export type PluginManifest = z.infer<typeof pluginManifest>;
export type ComponentManifest = PluginManifest['components'][number];

export const manifestFile = 'byoml.plugin.json';
