import type { Offer } from '../installing/marketplace.ts';
import { bold, dim, yellow } from './colour.ts';
import { capabilitiesText } from './plugin-capabilities.ts';
import { printable } from './plugin-printable.ts';
import { fingerprint, signerText } from './plugin-signer.ts';
import { table } from './table.ts';

const steps: ReadonlyArray<readonly [string, number]> = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000]];

/** `3 days ago`; `just now` below a minute. */
function ageText(published: Date, now: Date): string {
  const ms = now.getTime() - published.getTime();
  const [unit, length] = steps.find(([, of]) => ms >= of) ?? ['', 0];
  if (length === 0) return 'just now';
  const count = Math.floor(ms / length);
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

function keyLines({ ownerKey, signer, installed }: Offer): string[] {
  if (ownerKey === null || signer.key === null) {
    const signed = installed?.signer.key ?? null;
    return signed === null ? ['no key of an author'] : [yellow(`NO LONGER SIGNED by its author: ${installed?.version ?? ''} was, with ${fingerprint(signed)}`), dim('accept that with --accept-key none')];
  }
  const key = fingerprint(ownerKey.key.hex);
  if (ownerKey.kind === 'pinned') return [`key ${key}, known: it signed what is installed`];
  if (ownerKey.kind === 'first') return [`key ${key}, new here: compare it with what the author publishes elsewhere`];
  return [yellow(`key ${key}, CHANGED: ${ownerKey.endorsed ? 'the old key has signed the change' : 'the old key says nothing about it'}`), `before ${ownerKey.pinned.map(({ hex }) => fingerprint(hex)).join(', ')}`, dim(`accept it with --accept-key ${ownerKey.key.hex}`)];
}

const rootLines = ({ registry, root }: Offer): string[] => [registry, root.first ? `its root key is met for the first time: ${root.keys.map(fingerprint).join(', ')}` : 'its root key is known'];

function componentLines({ manifest }: Offer): string[] {
  return manifest.components.map((component) => {
    const attack = component.kind === 'rule-template' && component.attack.length > 0 ? `  ATT&CK ${component.attack.join(', ')}` : '';
    return `${component.kind} ${component.id}: ${component.summary}${attack}`;
  });
}

const levelLines = (level: 'L0' | 'L3'): string[] => (level === 'L0'
  ? [yellow('L0: without a sandbox, inside byoml. It can do whatever you can: read and delete your files, reach any host.'), 'What it asks for above is then its word alone; nothing holds it to that.']
  : ['L3: only in a sandbox, which this version of byoml does not have yet. It is installed but does not run.', dim('--allow-level L0 lets it run without one.')]);

function* warnings({ yanked, advisories, judgement }: Offer): Iterable<string> {
  if (yanked !== undefined) yield `withdrawn from new installations: ${yanked}`;
  for (const { severity, id, reason } of advisories) yield `${severity} advisory ${id} about exactly these bytes: ${reason}`;
  if (!judgement.allowed) for (const { message } of judgement.reasons) yield `not allowed by the policy: ${message}`;
}

/** What somebody reads before a version is installed: who made it, who vouches for it, what it holds, asks for and adds, and how it will run. */
export function offerText(raw: Offer, { level, now }: { readonly level: 'L0' | 'L3'; readonly now: Date }): string {
  const offer: Offer = { ...raw, ...printable({ ...raw, tarball: undefined }), tarball: raw.tarball };
  const { name, version, installed, signer, published, capabilities, added, dependencies } = offer;
  const needed = Object.entries(dependencies).map(([dependency, range]) => `${dependency} ${range}`);
  const facts: ReadonlyArray<readonly [string, readonly string[]]> = [
    ['published by', [`${signer.account}, ${ageText(published, now)} (${published.toISOString().slice(0, 10)})`]],
    ['vouched for by', [signerText(signer), ...keyLines(offer)]],
    ['registry', rootLines(offer)],
    ['holds', componentLines(offer)],
    ['asks for', [capabilitiesText(capabilities)]],
    ...(installed ? [['update adds', added.length === 0 ? ['nothing'] : added.map((one) => yellow(one))] as const] : []),
    ['depends on', needed.length === 0 ? ['nothing else'] : needed],
    ['runs at', levelLines(level)],
  ];
  const lines = facts.flatMap(([title, held]) => held.map((line, i) => [`  ${i === 0 ? dim(title) : ''}`, line]));
  return [`${bold(`${name} ${version}`)}  ${installed ? `update of ${installed.version}` : 'new in this workspace'}`, table(lines), ...[...warnings(offer)].map((warning) => yellow(`! ${warning}`))].join('\n');
}

/** What was installed, in one line. */
export const installedText = ({ name, version, level }: { readonly name: string; readonly version: string; readonly level: string }): string =>
  `installed ${bold(`${name} ${version}`)}, level ${level}${level === 'L0' ? ': it runs without a sandbox' : ': it does not run before there is a sandbox, or with --allow-level L0'}`;
