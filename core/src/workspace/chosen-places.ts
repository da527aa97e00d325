import type { Queue } from '../detection/daily/queue.ts';

/** Places that rules look at: those of the queue, and those above the threshold. */
export function chosenPlaces({ queued }: Queue, exceeds: Uint8Array): number[] {
  const places = new Set(queued.flatMap((draft) => draft.places));
  exceeds.forEach((isAbove, place) => isAbove && places.add(place));
  return [...places].sort((a, b) => a - b);
}
