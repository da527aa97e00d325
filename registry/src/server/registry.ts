import { Accounts } from '../accounts/accounts.ts';
import { writeAdvisories } from '../admin/advisories-file.ts';
import { administrator } from '../accounts/account.ts';
import { Tokens } from '../accounts/tokens.ts';
import { Packages } from '../npm/packages.ts';
import type { Storage } from '../storage/storage.ts';
import type { Admit } from './admit.ts';
import { forgetCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { Downloads } from './downloads.ts';
import { readPublicUrl, writePublicUrl } from './public-url.ts';
import { Search } from './search.ts';
import { Submissions } from './submissions.ts';
import { isSigned, Trust, type RegistryTrust } from './trust.ts';

const minute = 60_000;

export interface RegistrySettings {
  /** How long a version stays hidden, in milliseconds: of a package that nobody can see yet, and of any other. */
  readonly cooldown: { readonly newMs: number; readonly updateMs: number };
  /** An account that publishes more than `count` versions within `windowMs` may change nothing for `freezeMs`. */
  readonly publishLimit: { readonly count: number; readonly windowMs: number; readonly freezeMs: number };
  /** Whether anybody may make an account by logging in, or the administrator only. */
  readonly registration: 'open' | 'closed';
  /** Address that readers see, ending in a slash; without it, the one they asked. */
  readonly publicUrl: string | undefined;
  /** A version of a package whose tarballs were served at least so often has to be released by somebody else than its publisher; undefined: of none. */
  readonly twoPerson: { readonly downloads: number | undefined };
}

const defaultSettings: Omit<RegistrySettings, 'publicUrl'> = {
  cooldown: { newMs: 24 * 60 * minute, updateMs: 4 * 60 * minute },
  publishLimit: { count: 5, windowMs: 10 * minute, freezeMs: 60 * minute },
  registration: 'closed',
  twoPerson: { downloads: undefined },
};

/** What somebody who opens a registry may say; defaults for the rest. */
export interface GivenSettings extends Partial<Omit<RegistrySettings, 'publicUrl'>> {
  /** Kept in the storage: without it, the one that was given last; null takes that back. Packuments are made anew when it changes. */
  readonly publicUrl?: string | null;
}

export interface RegistryOptions extends GivenSettings {
  /** Stays the caller's: closing the registry does not dispose it. */
  readonly storage: Storage;
  readonly admit: Admit;
  /** What it signs with; without it clients have only the server's word. */
  readonly trust?: RegistryTrust;
  /** Makes every derived file anew when it opens, instead of those that a process which died has left. */
  readonly rebuild?: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What the endpoints work on. */
export interface Registry {
  readonly settings: RegistrySettings;
  readonly packages: Packages;
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly search: Search;
  readonly submissions: Submissions;
  readonly downloads: Downloads;
  /** Undefined when it signs nothing. */
  readonly trust: Trust | undefined;
  readonly admit: Admit;
  readonly storage: Storage;
  readonly now: () => number;
  /** Aborts when the registry has to stop at once. */
  readonly signal: AbortSignal;
  /** Secret of the administrator's token; only when this opening made the account. */
  readonly adminToken: string | undefined;
  /** Notes that everything is settled, so that the next opening need not look. */
  close(): Promise<void>;
}

const settingsOf = ({ cooldown, publishLimit, registration, publicUrl, twoPerson }: RegistryOptions, keptUrl: string | undefined): RegistrySettings => ({
  cooldown: cooldown ?? defaultSettings.cooldown,
  publishLimit: publishLimit ?? defaultSettings.publishLimit,
  registration: registration ?? defaultSettings.registration,
  publicUrl: publicUrl === undefined ? keptUrl : (publicUrl ?? undefined),
  twoPerson: twoPerson ?? defaultSettings.twoPerson,
});

/** Opens what a storage holds: verifies the log, finishes what a process that died has begun. Throws TRUST_REFUSED and STORAGE_FAILED. */
export async function openRegistry(options: RegistryOptions, signal: AbortSignal): Promise<Registry> {
  const { storage, now, admit } = options;
  const keptUrl = await readPublicUrl(storage, signal);
  const settings = settingsOf(options, keptUrl);
  const isMoved = settings.publicUrl !== keptUrl;
  const { trust, isNew } = await openTrust(options, signal);
  const search = new Search();
  const packages = await Packages.open({ storage, now, ...(settings.publicUrl !== undefined && { publicUrl: settings.publicUrl }), ...(trust && { signing: trust }), onChange: (name, packument) => search.put(name, packument) }, signal);
  const checkpoint = await readCheckpoint(storage, signal);
  if (checkpoint && (checkpoint.signed || !trust)) packages.trust(checkpoint.lastEvent, checkpoint.moment);
  const settle = async (work: () => Promise<unknown>): Promise<void> => {
    const moment = now();
    await work();
    await storage.flush(signal); // nobody looks again at what a checkpoint vouches for
    await writeCheckpoint(storage, { lastEvent: packages.history.head.number, moment, signed: trust !== undefined }, signal);
  };
  await settle(async () => {
    await (options.rebuild || isNew || isMoved ? packages.rebuild(signal) : packages.settleAll(signal));
    if (trust && !checkpoint?.signed) await writeAdvisories({ storage, history: packages.history, trust }, signal);
  });
  if (isMoved) await writePublicUrl(storage, settings.publicUrl, signal); // afterwards: whoever dies before begins again
  const accounts = new Accounts(storage, now);
  const tokens = new Tokens(storage, now);
  const adminToken = await firstToken({ accounts, tokens }, signal);
  const downloads = new Downloads({ storage, now, threshold: settings.twoPerson.downloads });
  const submissions = new Submissions({ storage, packages, now });
  const close = async (): Promise<void> => {
    await downloads.flush(signal);
    await settle(() => packages.settleAll(signal));
  };
  return { settings, packages, accounts, tokens, search, submissions, downloads, trust, admit, storage, now, signal, adminToken, close };
}

/** Metadata that is new, or that got lost, has to cover everything, also when this process dies before it does. */
async function openTrust({ storage, trust, now }: RegistryOptions, signal: AbortSignal): Promise<{ readonly trust: Trust | undefined; readonly isNew: boolean }> {
  if (!trust) return { trust: undefined, isNew: false };
  const isNew = !(await isSigned(storage, signal));
  if (isNew) await forgetCheckpoint(storage, signal);
  return { trust: await Trust.open({ storage, trust, now }, signal), isNew };
}

/** Makes the administrator; undefined when there was one already. */
async function firstToken({ accounts, tokens }: Pick<Registry, 'accounts' | 'tokens'>, signal: AbortSignal): Promise<string | undefined> {
  if ((await accounts.find(administrator, signal)) || !(await accounts.create(administrator, null, signal))) return undefined;
  return (await tokens.issue({ account: administrator, right: 'admin', label: 'first start', lifeMs: null }, signal)).secret;
}
