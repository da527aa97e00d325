interface Signer {
  readonly by: string;
  readonly account: string;
  readonly key?: string | null;
  readonly identity?: string | undefined;
}

const vouching: Readonly<Record<string, (signer: Signer) => string>> = {
  author: ({ account }) => `its author, ${account}`,
  organisation: ({ account }) => `your organisation, published by ${account}`,
  sigstore: ({ account, identity }) => `a pipeline${identity === undefined ? '' : ` (${identity})`}, published by ${account}`,
  registry: ({ account }) => `nobody but the registry, published by ${account}`,
};

/** Who vouches for a version, in a few words. */
export const signerText = (signer: Signer | null): string => (signer === null ? 'nobody: plugins.lock does not have it' : (vouching[signer.by]?.(signer) ?? `${signer.by}, ${signer.account}`));

/** A key id or digest in groups that can be read out. */
export const fingerprint = (hex: string): string => (hex.match(/.{1,8}/gu) ?? []).join(' ');
