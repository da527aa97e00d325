// What serving a registry needs, and no more: a server that runs for months keeps in memory what it imports.
export { serveRegistry, type ServeOptions, type Served } from './serve.ts';
