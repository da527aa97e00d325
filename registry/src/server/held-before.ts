import { hold } from '../admission/finding.ts';
import { appearance, type NameHistory } from '../npm/history.ts';
import type { ToldFinding } from './submissions.ts';

/** Why a version has to wait that would pass by itself: what was said against the name stands until somebody has looked at a version of it. */
export function heldFindings(history: NameHistory): readonly ToldFinding[] {
  const before = history.events.filter((event) => event.kind === 'publish');
  const [first] = before;
  if (!first || before.some((event) => appearance(history, event) !== null)) return [];
  return [{ check: 'held-before', ...hold(`version ${first.version} is held back, and nobody has released any version of the package yet`, 'Wait until the administrator of the registry has looked at it.') }];
}
