import type { PluginManifest } from '@byoml/core/plugins';
import type { ShownInstalled } from '../locked-plugins.ts';
import { bold, dim } from './colour.ts';
import { signerText } from './plugin-signer.ts';
import { table } from './table.ts';

interface Property {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly default?: unknown;
  readonly description?: string;
}

const written: Readonly<Record<string, string>> = { 'utc-day': 'day', 'utc-instant': 'ISO 8601 time' };

const kindOf = ({ type, enum: options, format }: Property): string => written[format ?? ''] ?? options?.join(' | ') ?? (typeof type === 'string' ? type : 'any');
const given = ({ default: value }: Property, required: boolean): string => (value === undefined ? (required ? 'required' : 'optional') : `= ${JSON.stringify(value)}`);

function properties(title: string, schema: unknown): string[] {
  const { properties: held = {}, required = [] } = (schema ?? {}) as { properties?: Record<string, Property>; required?: string[] };
  const rows = Object.entries(held).map(([name, property]) => [`    ${name}`, kindOf(property), given(property, required.includes(name)), property.description ?? '']);
  return rows.length === 0 ? [] : [`  ${title}`, table(rows)];
}

/** A plugin's manifest for people: what is in it, what it reads, which settings it takes. */
export function pluginText({ name, version, components }: PluginManifest, installed?: ShownInstalled): string {
  const parts = components.map((component) => {
    const { kind, id, summary, settings } = component;
    const profiles = 'profiles' in component && component.profiles ? [`  profiles: ${Object.keys(component.profiles).join(', ')}`] : [];
    const columns = 'input' in component ? component.input : 'columns' in component ? component.columns : undefined;
    return [`${bold(`${name.replace(/^@byoml\//, '')}/${id}`)}  ${dim(kind)}`, `  ${summary}`, ...properties('columns', columns), ...properties('settings', settings), ...profiles].join('\n');
  });
  return [`${name} ${version}${installed ? dim(`  installed, level ${installed.level}, signed by ${signerText(installed.signer)}`) : ''}`, ...parts].join('\n\n');
}
