import type * as client from '@byoml/registry/client';

/** The client of the marketplace, as far as the commands use it; tests bring their own. */
export type Marketplace = Pick<typeof client, 'findOffer' | 'installOffer' | 'rollbackPlugin' | 'uninstallPlugin' | 'auditPlugins' | 'searchRegistry' | 'stageOffer' | 'restorePlugins'>;

export type OfferRequest = Parameters<Marketplace['findOffer']>[0];
export type Offer = Awaited<ReturnType<Marketplace['findOffer']>>;
export type LockedPlugin = Awaited<ReturnType<Marketplace['installOffer']>>;
export type Audit = Awaited<ReturnType<Marketplace['auditPlugins']>>;
export type FoundPackage = Awaited<ReturnType<Marketplace['searchRegistry']>>[number];

/** Loaded only by the commands that go to a registry. */
export const marketplace = (): Promise<Marketplace> => import('@byoml/registry/client');
