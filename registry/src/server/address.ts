import type { FastifyRequest } from 'fastify';
import type { Registry } from './registry.ts';

const staticPrefix = '/npm/';
/** A packument or a tarball of it, as static hosting has them: without the prefix the answer is made for the stock client. */
const stored = /^\/npm\/(?!-\/)(?:(?:@|%40)[^/%?#]+(?:\/|%2f))?[^/%?#]+(?:\/-\/[^/?#]+)?$/i;

const withoutPrefix = (method: string, url: string): string => (url.startsWith(staticPrefix) && !(['GET', 'HEAD'].includes(method) && stored.test(url)) ? url.slice(staticPrefix.length - 1) : url);

/** One form of every address: a scoped name as one part, however its slash was written, and without the prefix of static hosting, except where static hosting has a file. */
export const rewriteAddress = (method: string, url: string): string =>
  withoutPrefix(method, url).replace(/^(\/(?:npm\/|-\/(?:package|byoml\/v1\/[a-z]+)\/)?)(?:@|%40)([^/%?#]+)(?:\/|%2f)(?=[^/?#])/i, '$1@$2%2f');

/** The address that tarballs are under for whoever asks: the registry's public one, or the one that was asked. */
export function baseOf({ settings: { publicUrl } }: Registry, { headers: { host = '' }, protocol, originalUrl }: FastifyRequest): string {
  if (publicUrl !== undefined) return publicUrl;
  const authority = /^[A-Za-z0-9.:[\]-]{1,255}$/.test(host) ? host : 'localhost';
  return `${protocol}://${authority}${originalUrl.startsWith(staticPrefix) ? staticPrefix : '/'}`;
}
