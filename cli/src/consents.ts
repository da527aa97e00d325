import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError } from '@byoml/core';

/** What somebody agreed to, one line of `.byoml/consents.jsonl`. */
interface Consent {
  readonly when: string;
  readonly action: 'run';
  readonly plugin: string;
  readonly version: string;
  readonly level: 'L0';
}

/** Adds a line to the record of a workspace. Throws WRITE_FAILED: what cannot be recorded does not happen. */
export async function recordConsent(workspace: string, consent: Consent): Promise<void> {
  const path = join(workspace, '.byoml', 'consents.jsonl');
  try {
    await mkdir(join(workspace, '.byoml'), { recursive: true });
    await appendFile(path, `${JSON.stringify(consent)}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new ByomlError('WRITE_FAILED', `${path}: the consent to run ${consent.plugin} could not be recorded: ${(cause as Error).message}`, { cause, details: { path } });
  }
}
