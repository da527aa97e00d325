import { ByomlError, z } from '@byoml/core';
import { durationSchema } from './duration.ts';
import { publicKey, type PublicKey } from './keys.ts';
import { messageOf, printable } from './refusal.ts';

const key = z
  .string()
  .max(1000)
  .transform((text, context): PublicKey => {
    try {
      return publicKey(text);
    } catch (thrown) {
      context.addIssue({ code: 'custom', message: messageOf(thrown) });
      return z.NEVER;
    }
  });

const policySchema = z.strictObject({
  roots: z.array(key).max(50).default([]).describe('Public keys of the organisation, beside those of the registry: 64 hexadecimal digits or PEM. What they have signed counts as signed.'),
  require: z
    .strictObject({
      signedBy: z.array(key).min(1).max(200).optional().describe('Public keys, one of which (or one of `roots`) must have signed the version.'),
      reproduced: z.boolean().default(false).describe('Whether the registry must have reproduced the benchmark.'),
      capabilities: z.strictObject({ noNetwork: z.literal(true).optional().describe('Refuses what asks for hosts.') }).default({}).describe('What a plugin may not ask for.'),
      cooldown: durationSchema.optional().describe('How old a version must be, such as 24h.'),
    })
    .prefault({})
    .describe('What every plugin must fulfil.'),
});

/** An organisation's rules for what may be installed. */
export type Policy = z.infer<typeof policySchema>;

/** What is known about a version, each fact verified by the caller. */
export interface PolicyFacts {
  /** `name@version`, for messages. */
  readonly plugin: string;
  /** Ids of the keys whose signatures over these bytes hold. */
  readonly signers: readonly string[];
  /** Whether the registry has reproduced the claimed benchmark. */
  readonly reproduced: boolean;
  /** Hosts that the plugin asks for. */
  readonly hosts: readonly string[];
  readonly published: Date;
}

/** One rule that a version does not fulfil. */
export interface PolicyReason {
  readonly rule: 'signedBy' | 'reproduced' | 'capabilities.noNetwork' | 'cooldown';
  /** One line, safe to print. */
  readonly message: string;
}

export type Judgement = { readonly allowed: true } | { readonly allowed: false; readonly reasons: readonly PolicyReason[] };

/** Reads a policy that was parsed from its file. Throws SETTINGS_INVALID with every place that does not fit: an unknown rule is never skipped. */
export function readPolicy(value: unknown): Policy {
  const result = policySchema.safeParse(value);
  if (result.success) return result.data;
  const places = result.error.issues.map(({ path, message }) => `${path.join('.') || 'policy'}: ${message}`);
  throw new ByomlError('SETTINGS_INVALID', `policy: ${printable(places.join('; '))}`, { details: { places: places.map(printable) } });
}

type Rule = (policy: Policy, facts: PolicyFacts, now: Date) => string | undefined;

/** Each rule says because of what it is not fulfilled. */
const ruleChecks: Readonly<Record<PolicyReason['rule'], Rule>> = {
  signedBy: ({ roots, require: { signedBy } }, { signers }) => {
    if (!signedBy || [...signedBy, ...roots].some(({ id }) => signers.includes(id))) return undefined;
    return 'none of the keys that the policy names has signed it';
  },
  reproduced: ({ require: rules }, { reproduced }) => (rules.reproduced && !reproduced ? 'the registry has not reproduced its benchmark' : undefined),
  'capabilities.noNetwork': ({ require: rules }, { hosts }) => (rules.capabilities.noNetwork && hosts.length > 0 ? `it asks for the hosts ${hosts.join(', ')}` : undefined),
  cooldown: ({ require: { cooldown } }, { published }, now) => {
    if (cooldown === undefined) return undefined;
    const free = published.getTime() + cooldown;
    if (Number.isNaN(free)) return 'nobody knows when it was published';
    return free <= now.getTime() ? undefined : `it was published less than the cooldown ago; it is free from ${new Date(free).toISOString()}`;
  },
};

/** Whether a version may be installed, or every rule that it does not fulfil. */
export function judge(policy: Policy, facts: PolicyFacts, now: Date): Judgement {
  const reasons: PolicyReason[] = [];
  for (const rule of Object.keys(ruleChecks) as PolicyReason['rule'][]) {
    const because = ruleChecks[rule](policy, facts, now);
    if (because !== undefined) reasons.push({ rule, message: printable(`${facts.plugin}: ${because}`) });
  }
  return reasons.length === 0 ? { allowed: true } : { allowed: false, reasons };
}
