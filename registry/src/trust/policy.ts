import { ByomlError, z } from '@byoml/core';
import { durationSchema } from './duration.ts';
import { publicKey, type PublicKey } from './keys.ts';
import { messageOf, printable } from './refusal.ts';
import { expectedIdentitySchema, type ExpectedIdentity, type VerifiedIdentity } from './sigstore/identity.ts';

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

const packageOrScope = z.string().max(214).regex(/^(?:@[a-z0-9~-][a-z0-9._~-]*(?:\/[a-z0-9~-][a-z0-9._~-]*)?|[a-z0-9~-][a-z0-9._~-]*)$/, 'expected the name of a package or a scope such as @acme');

const pemOrPath = z.string().min(1).max(20_000);
const pipeline = expectedIdentitySchema.refine(({ ref }) => !ref.includes('{'), { path: ['ref'], message: 'a model has no name and version that could stand in it' });

const modelsSchema = z
  .strictObject({
    signedBy: z.array(pemOrPath).min(1).max(200).optional().describe('Public keys (ECDSA): PEM, or paths of PEM files from the folder of this file.'),
    certificates: z.array(pemOrPath).min(1).max(50).optional().describe('Certificates of authorities whose signers count: PEM, or paths of PEM files from the folder of this file.'),
    identities: z.array(pipeline).min(1).max(100).optional().describe('Pipelines whose keyless signatures count; needs `sigstore.trustedRoot`.'),
    required: z.boolean().default(true).describe('Whether a model that none of them has signed is refused, also one without a signature.'),
  })
  .refine(({ signedBy, certificates, identities }) => [signedBy, certificates, identities].some((named) => named !== undefined), 'expected signedBy, certificates or identities');

/** What a policy file may say. */
export const policySchema = z.strictObject({
  roots: z.array(key).max(50).default([]).describe('Public keys of the organisation, beside those of the registry: 64 hexadecimal digits or PEM. What they have signed counts as signed.'),
  sigstore: z
    .strictObject({
      trustedRoot: z.string().min(1).max(1000).describe('Path of the trusted root of sigstore (trusted_root.json), from the folder of this file.'),
      identities: z.record(packageOrScope, expectedIdentitySchema).refine((named) => Object.keys(named).length <= 1000, 'expected at most 1000').default({}).describe('Package or @scope → the one pipeline that may have built it. The package counts before its scope.'),
    })
    .optional()
    .describe('Pipelines whose provenance is verified. What has one here needs it.'),
  require: z
    .strictObject({
      signedBy: z.array(key).min(1).max(200).optional().describe('Public keys, one of which (or one of `roots`) must have signed the version.'),
      provenance: z.boolean().default(false).describe('Whether every plugin must have been built by a pipeline that `sigstore` names.'),
      reproduced: z.boolean().default(false).describe('Whether the registry must have reproduced the benchmark.'),
      capabilities: z.strictObject({ noNetwork: z.literal(true).optional().describe('Refuses what asks for hosts.') }).default({}).describe('What a plugin may not ask for.'),
      cooldown: durationSchema.optional().describe('How old a version must be, such as 24h.'),
    })
    .prefault({})
    .describe('What every plugin must fulfil.'),
  models: modelsSchema.optional().describe('Who must have signed the folders of models that are loaded.'),
}).refine(({ models, sigstore }) => !models?.identities || sigstore !== undefined, { path: ['models', 'identities'], message: 'sigstore.trustedRoot has to say whose certificates count' });

/** An organisation's rules for what may be installed. */
export type Policy = z.infer<typeof policySchema>;

/** What is known about a version, each fact verified by the caller. */
export interface PolicyFacts {
  /** `name@version`, for messages and for what is pinned to the name. */
  readonly plugin: string;
  /** Ids of the keys whose signatures over these bytes hold. */
  readonly signers: readonly string[];
  /** The pipeline that built it, as `verifyProvenance` found it to be the one of `identityFor`; null: none. */
  readonly provenance: VerifiedIdentity | null;
  /** Whether the registry has reproduced the claimed benchmark. */
  readonly reproduced: boolean;
  /** Hosts that the plugin asks for. */
  readonly hosts: readonly string[];
  readonly published: Date;
}

/** One rule that a version does not fulfil. */
export interface PolicyReason {
  readonly rule: 'signedBy' | 'provenance' | 'reproduced' | 'capabilities.noNetwork' | 'cooldown';
  /** One line, safe to print. */
  readonly message: string;
}

export type Judgement = { readonly allowed: true } | { readonly allowed: false; readonly reasons: readonly PolicyReason[] };

/** Where the part of a policy at a path stands, for messages. */
export type PlaceOf = (path: ReadonlyArray<string | number>) => string;

const ownPath: PlaceOf = (path) => path.join('.') || 'policy';

/** Reads a policy that was parsed from its file. Throws SETTINGS_INVALID with every place that does not fit: an unknown rule is never skipped. */
export function readPolicy(value: unknown, placeOf: PlaceOf = ownPath): Policy {
  const result = policySchema.safeParse(value);
  if (result.success) return result.data;
  throw invalidPolicy(result.error.issues.flatMap((issue) => placesOf(issue).map(([path, reason]) => `${placeOf(path)}: ${reason}`)));
}

type Path = Parameters<PlaceOf>[0];

/** Keys that are unknown, each at its own place. */
function placesOf(issue: z.core.$ZodIssue): ReadonlyArray<readonly [Path, string]> {
  const path = issue.path as (string | number)[];
  return issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 20).map((key) => [[...path, key], 'unknown key']) : [[path, issue.message]];
}

/** A SETTINGS_INVALID that names each place and what is wrong there. */
export const invalidPolicy = (places: readonly string[]): ByomlError =>
  new ByomlError('SETTINGS_INVALID', `policy: ${printable(places.join('; '))}`, { details: { places: places.map(printable) } });

/** The pipeline that a policy pins for a package, by its name or else by its scope. */
export function identityFor({ sigstore }: Policy, name: string): ExpectedIdentity | undefined {
  const identities = sigstore?.identities ?? {};
  const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/')) : undefined;
  const pinned = [name, scope].find((key) => key !== undefined && Object.hasOwn(identities, key));
  return pinned === undefined ? undefined : identities[pinned];
}

type Rule = (policy: Policy, facts: PolicyFacts, now: Date) => string | undefined;

/** Each rule says because of what it is not fulfilled. */
const ruleChecks: Readonly<Record<PolicyReason['rule'], Rule>> = {
  signedBy: ({ roots, require: { signedBy } }, { signers }) => {
    if (!signedBy || [...signedBy, ...roots].some(({ id }) => signers.includes(id))) return undefined;
    return 'none of the keys that the policy names has signed it';
  },
  // A pin that whoever leaves the bundle out could pass would pin nothing.
  provenance: (policy, { plugin, provenance }) => {
    const pinned = identityFor(policy, plugin.slice(0, plugin.lastIndexOf('@')));
    if (pinned) return provenance ? undefined : `nothing proves that ${pinned.workflow} of ${pinned.repository} built it`;
    return policy.require.provenance ? 'the policy names no pipeline that may have built it' : undefined;
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
