/** What a walk takes at most; a pickle beyond it is not walked to its end and so refused. */
export const limits = { opcodes: 50_000_000, stack: 1_000_000, marks: 10_000, memo: 1_000_000, calls: 1_000 } as const;
