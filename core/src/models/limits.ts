/** What a model folder may hold at most; larger ones are refused before they are read. */
export const limits = { manifestBytes: 1 << 20, signatureBytes: 32 << 20, fileBytes: 2 ** 31 - 1, files: 100_000 } as const;
