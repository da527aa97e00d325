const gain = 0.05;
const limit = 1;

/** The integral correction after one working day: c + .05·(budget − alerts)/budget, within [−1, 1]. Other days leave c as it is. */
export const corrected = (c: number, budget: number, alerts: number): number => Math.min(limit, Math.max(-limit, c + (gain * (budget - alerts)) / budget));
