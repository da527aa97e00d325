import type { FastifyInstance } from 'fastify';
import type { Registry } from './registry.ts';

/** Adds one endpoint, or the few of one thing. */
export type Route = (app: FastifyInstance, registry: Registry) => void;
