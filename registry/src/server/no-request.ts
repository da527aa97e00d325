import type { Socket } from 'node:net';
import { ByomlError } from '@byoml/core';

/** Answers bytes that are no HTTP request, in the shape of every other refusal, and closes the connection. */
export function refuseNoRequest(thrown: Error & { readonly code?: string }, socket: Socket): void {
  if (thrown.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const { code, message, hint, details, http } = new ByomlError(thrown.code === 'HPE_HEADER_OVERFLOW' ? 'REQUEST_TOO_LARGE' : 'REQUEST_INVALID', 'what was sent is no HTTP request that the registry reads');
  const body = JSON.stringify({ error: { code, message, hint, details } });
  socket.end(`HTTP/1.1 ${http} ${message}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
}
