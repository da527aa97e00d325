import { z } from 'zod';
import { parseBody } from '../../npm/publish-body.ts';
import type { Hit } from '../../search/search-index.ts';
import type { Route } from '../route.ts';

const query = z.object({ text: z.string().max(200).default(''), size: z.coerce.number().int().min(0).max(250).default(20), from: z.coerce.number().int().min(0).max(100_000).default(0) });

const person = (username: string): object => ({ username, email: '' });

/** https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md#get-v1search */
const shown = ({ name, version, description, keywords, date, owners, score }: Hit): object => ({
  package: { name, version, description, keywords, date, links: {}, publisher: person(owners[0] ?? ''), maintainers: owners.map(person) },
  score: { final: score, detail: { quality: score, popularity: 0, maintenance: 0 } },
  searchScore: score,
});

/** `npm search` */
export const search: Route = (app, registry) => {
  app.get('/-/v1/search', async (request, reply) => {
    const { text, size, from } = parseBody(query, request.query);
    const { total, hits } = await registry.search.find(text, { from, size }, registry);
    return reply.header('cache-control', 'no-cache').send({ objects: hits.map(shown), total, time: new Date(registry.now()).toISOString() });
  });
};
