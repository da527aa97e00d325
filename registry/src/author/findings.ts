import { z } from 'zod';

/** What a check says about a package, as a registry or this process answers it. */
export const findingSchema = z.object({
  check: z.string(),
  message: z.string(),
  hint: z.string().default(''),
  /** File in the package, with `:line` where there is one. */
  where: z.string().optional(),
  /** A person has to decide: the version is held back, not refused. */
  hold: z.boolean().default(false),
  /** Whether it counts against the package; otherwise it is only told. */
  enforced: z.boolean().default(true),
});
export type AuthorFinding = z.infer<typeof findingSchema>;

const findingsSchema = z.array(findingSchema);

/** The findings that an error or an answer carries; none where it carries something else. */
export const findingsIn = (value: unknown): readonly AuthorFinding[] => findingsSchema.safeParse(value).data ?? [];
