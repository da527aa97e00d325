import { z } from 'zod';
import { parseBody } from '../../npm/publish-body.ts';
import type { Route } from '../route.ts';

const query = z.object({ text: z.string().max(200).default(''), size: z.coerce.number().int().min(0).max(250).default(20), from: z.coerce.number().int().min(0).max(100_000).default(0) });

const person = (username: string): object => ({ username, email: '' });

/** `npm search` */
export const search: Route = (app, registry) => {
  app.get('/-/v1/search', async (request, reply) => {
    const { text, size, from } = parseBody(query, request.query);
    const { total, entries } = await registry.search.find(text, registry);
    const objects = entries.slice(from, from + size).map(({ owners, score, ...entry }) => ({
      package: { ...entry, links: {}, publisher: person(owners[0] ?? ''), maintainers: owners.map(person) },
      score: { final: score, detail: { quality: score, popularity: 0, maintenance: 0 } },
      searchScore: score,
    }));
    return reply.header('cache-control', 'no-cache').send({ objects, total, time: new Date(registry.now()).toISOString() });
  });
};
