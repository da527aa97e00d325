import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelToAdmit, SessionOptions } from '@byoml/core/ad-hoc';

interface ModelAdmission {
  /** Folder of the workspace; this folder when absent. */
  readonly workspace: string | undefined;
  readonly warn: (message: string) => void;
  /** Path of the policy, as BYOML_POLICY has it. */
  readonly policy?: string | undefined;
  readonly open?: (place: { readonly workspace: string; readonly named: string | undefined; readonly warn: (message: string) => void }) => Promise<(model: ModelToAdmit) => void>;
}

const openAdmission: NonNullable<ModelAdmission['open']> = async (place) => (await import('@byoml/registry/installed')).openModelAdmission(place);

/**
 * Admits a model folder only with the signature that the policy asks for, and one that is signed only unchanged. Nothing is loaded for a model without a signature
 * where there is no policy, or that the workspace has made itself. Throws TRUST_REFUSED, and what reading the policy throws.
 */
export function modelAdmission({ workspace = '.', warn, policy = process.env['BYOML_POLICY'], open = openAdmission }: ModelAdmission): NonNullable<SessionOptions['admitModel']> {
  let opened: ReturnType<typeof open> | undefined;
  const hasPolicy = (): boolean => Boolean(policy) || existsSync(join(workspace, 'policy.yaml'));
  return async (model) => {
    if (model.signature === null && (model.own || !hasPolicy())) return;
    opened ??= open({ workspace, named: policy, warn });
    (await opened)(model);
  };
}
