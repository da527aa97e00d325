import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@byoml/core';
import { describe, expect, test } from 'vitest';
import { byomlCommands, fencesOf } from './fences.ts';

const docs = join(import.meta.dirname, '..', 'docs');
const read = (name: string): string => readFileSync(join(docs, name), 'utf8');

/** Command → its flags, as docs/cli.md has them, which a test of its own compares with the commands. */
const known = new Map(read('cli.md').split(/^## byoml /mu).slice(1).map((section) => {
  const [name = ''] = section.split('\n', 1);
  return [name, new Set([...section.matchAll(/^\| `(--[a-z-]+)/gmu)].map(([, flag]) => flag as string).concat('--json', '--help'))];
}));

/** Commands in fenced blocks, also behind what a timer says before them, and in running text. */
function commandsOf(text: string): ReadonlyArray<readonly string[]> {
  const fenced = fencesOf(text.replaceAll(/^.*?(?=byoml run )/gmu, '')).flatMap(byomlCommands);
  const told = [...text.replaceAll(/^```[^]*?^```$/gmu, '').matchAll(/`(byoml [^`]+)`/gu)].flatMap(([, line]) => byomlCommands({ language: '', text: line as string }));
  return [...fenced, ...told];
}

const nameOf = (words: readonly string[]): string | undefined => [words.slice(0, 2).join(' '), words[0] ?? ''].find((name) => known.has(name));

describe.each(['operations.md', 'sentinel.md'])('docs/%s', (name) => {
  const text = read(name);

  test('tells commands that exist, with flags that they have', () => {
    const commands = commandsOf(text);
    expect(commands.length).toBeGreaterThan(15);
    for (const words of commands) {
      const flags = known.get(nameOf(words) ?? '');
      expect([words.join(' '), words.filter((word) => word.startsWith('--') && !flags?.has(word))]).toEqual([words.join(' '), []]);
      expect([words.join(' '), flags !== undefined]).toEqual([words.join(' '), true]);
    }
  });

  test('names error codes that exist', () => {
    const named = [...text.matchAll(/`([A-Z]+_[A-Z_]+)`/gu)].map(([, code]) => code as string).filter((code) => !/^(?:BYOML|NODE|AZURE)_/u.test(code));
    expect(named.filter((code) => !Object.hasOwn(catalogue, code))).toEqual([]);
  });
});

test('docs/operations.md says what to do at every exit status', () => {
  const statuses = (text: string): string[] => [...text.matchAll(/^\| (\d+) \|/gmu)].map(([, status]) => status as string);
  expect(statuses(read('operations.md'))).toEqual(statuses(read('cli.md')).filter((status) => status !== '0'));
});
