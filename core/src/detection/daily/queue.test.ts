import { expect, test } from 'vitest';
import type { IncidentDraft } from './incidents.ts';
import { oneInOf, queueLine, queueOf } from './queue.ts';

const draft = (score: number): IncidentDraft => ({ kind: 'account', scope: '', entity: `user ${score}`, places: [0], score });
const scored = (...scores: readonly number[]): IncidentDraft[] => scores.map(draft);
const none = (): boolean => false;
const scores = (drafts: readonly IncidentDraft[]): number[] => drafts.map(({ score }) => score);

test('the line lets one and a half times the budget of the window through, and follows the correction', () => {
  const window = Float64Array.from({ length: 100 }, (_, i) => i + 1);
  expect(queueLine(window, 20, 1, 0)).toBe(71);
  expect(queueLine(window, 20, 1, Math.log(2))).toBe(41);
  expect(queueLine(new Float64Array(0), 0, 1, 0)).toBe(-Infinity);
});

test('the budget is filled from above the line, the rest is counted', () => {
  const { queued, more } = queueOf(scored(9, 8, 7, 6, 5), 6, 3, none);
  expect([scores(queued), scores(more)]).toEqual([[9, 8, 7], [6]]);
});

test('what was queued before stays, whatever came since', () => {
  const { queued, more } = queueOf(scored(9, 8, 7, 3), 6, 2, ({ score }) => score === 3);
  expect([scores(queued), scores(more)]).toEqual([[9, 3], [8, 7]]);
});

test('incidents that are as odd as each other are ranked the same, whichever of them was queued before', () => {
  const [one, other] = [{ ...draft(5), entity: 'a' }, { ...draft(5), entity: 'b' }];
  for (const before of [one, other]) expect(queueOf([one, other], 1, 2, (at) => at === before).queued).toEqual([one, other]);
});

test('a whole day is filled to .8 of the budget from just below the line: as far down as half as many again would lie above', () => {
  const drafts = scored(9, 6.1, 5.9, 5.8, 5.7, 5.5);
  expect(scores(queueOf(drafts, 6, 5, none, true).queued)).toEqual([9, 6.1, 5.9, 5.8]);
  expect(scores(queueOf(drafts, 6, 10, none, true).queued)).toEqual([9, 6.1, 5.9, 5.8, 5.7]);
  expect(scores(queueOf(drafts, 6, 10, none).queued)).toEqual([9, 6.1]);
});

test('nothing is taken from below the line where the queue holds .8 of the budget', () => {
  expect(scores(queueOf(scored(9, 8, 7, 6, 3.9, 3.8), 4, 5, none, true).queued)).toEqual([9, 8, 7, 6]);
});

test('one in how many incidents of the window is as odd', () => {
  const window = Float64Array.of(1, 2, 2, 3);
  expect([0, 2, 3, 9].map((score) => oneInOf(window, score))).toEqual([1, 5 / 4, 5 / 2, 5]);
});
