/** Seeded uniform numbers. */
export interface Random {
  /** In [0, 1), 53 random bits. */
  next(): number;
  /** A whole number in [0, n). */
  below(n: number): number;
}

/** The sfc32 generator (Chris Doty-Humphrey, PractRand), 128 bits of state, warmed up from a 32-bit seed. */
export function randomFrom(seed: number): Random {
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = 0x243f6a88 | 0;
  let counter = 1;
  const bits = (): number => {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i++) bits();
  const next = (): number => ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992;
  return { next, below: (n) => Math.floor(next() * n) };
}
