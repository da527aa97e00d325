import { afterEach } from 'vitest';
import { SmallWorkspace, type Shape } from './small-workspace.ts';

/** Makes workspaces whose export has come as far as a time; each test's are removed after it. */
export function freshWorkspaces(): (until: Date, shape?: Shape) => Promise<SmallWorkspace> {
  let made: SmallWorkspace[] = [];
  afterEach(() => {
    for (const workspace of made) workspace[Symbol.dispose]();
    made = [];
  });
  return async (until, shape = {}) => {
    const soc = await SmallWorkspace.make(shape);
    made.push(soc);
    soc.grow(until);
    return soc;
  };
}
