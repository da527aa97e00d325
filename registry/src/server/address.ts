import type { FastifyRequest } from 'fastify';
import type { Registry } from './registry.ts';

const staticPrefix = '/npm/';

/** One form of every address: without the prefix that static hosting has, and a scoped name as one part, however its slash was written. */
export const rewriteAddress = (url: string): string =>
  (url.startsWith(staticPrefix) ? url.slice(staticPrefix.length - 1) : url).replace(/^(\/(?:-\/package\/)?)(?:@|%40)([^/%?#]+)(?:\/|%2f)(?=[^/?#])/i, '$1@$2%2f');

/** The address that tarballs are under for whoever asks: the registry's public one, or the one that was asked. */
export function baseOf({ settings: { publicUrl } }: Registry, { headers: { host = '' }, protocol, originalUrl }: FastifyRequest): string {
  if (publicUrl !== undefined) return publicUrl;
  const authority = /^[A-Za-z0-9.:[\]-]{1,255}$/.test(host) ? host : 'localhost';
  return `${protocol}://${authority}${originalUrl.startsWith(staticPrefix) ? staticPrefix : '/'}`;
}
