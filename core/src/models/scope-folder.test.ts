import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFileName } from './file-name.ts';
import { scopeFolder } from './scope-folder.ts';

test('every scope gets a folder of its own that a file system takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), fc.string({ unit: 'binary', maxLength: 600 }), (one, two) => {
      expect(isFileName(`scopes/${scopeFolder(one)}/graph.bin`)).toBe(true);
      expect(scopeFolder(one) === scopeFolder(two)).toBe(Buffer.from(one).equals(Buffer.from(two)));
    }),
  );
});

test('a short scope stays readable', () => {
  expect(scopeFolder('')).toBe('s');
  expect(Buffer.from(scopeFolder('contoso').slice(1), 'hex').toString()).toBe('contoso');
});
