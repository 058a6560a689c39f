// Servers that do exactly one wrong thing, and a transport to them. The bytes that arrived are the proof of what was sent.
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { z } from 'zod';
import { headerAuth } from '../../src/http/auth';
import { type Call, json } from '../../src/http/call';
import { plainRefusal } from '../../src/http/refusals';
import { createTransport, type Transport, type TransportOptions } from '../../src/http/transport';

export const CERTIFICATE = resolve(__dirname, 'fixtures/loopback-cert.pem');
const KEY = resolve(__dirname, 'fixtures/loopback-key.pem');

/** A request as it came over the wire. */
export interface Arrived {
  /** From 1, over all sockets of the peer. */
  number: number;
  /** Method and path. */
  line: string;
  headers: Record<string, string>;
  body: string;
}

export interface Peer {
  readonly url: string;
  readonly port: number;
  /** Requests that came whole. */
  readonly arrived: readonly Arrived[];
  /** Connections taken, and bytes read from all of them. */
  readonly seen: { connections: number; bytes: number };
}

export interface PeerOptions {
  tls?: boolean;
  /** Right after a connection is made, before anything is read. */
  onConnection?: (socket: Socket) => void;
}

const open: { server: Server; sockets: Set<Socket> }[] = [];

/** Starts a server that answers each whole request as told; `closePeers` ends them all. */
export async function peer(
  answer: (socket: Socket, request: Arrived) => void,
  { tls = false, onConnection }: PeerOptions = {},
): Promise<Peer> {
  const arrived: Arrived[] = [];
  const seen = { connections: 0, bytes: 0 };
  const sockets = new Set<Socket>();
  const take = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection?.(socket);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      seen.bytes += chunk.length;
      text += chunk.toString('latin1');
      for (let request = wholeRequest(text); request; request = wholeRequest(text)) {
        text = text.slice(request.length);
        const next = { ...request.read, number: arrived.length + 1 };
        arrived.push(next);
        answer(socket, next);
      }
    });
  };
  const server = tls
    ? createTlsServer({ cert: readFileSync(CERTIFICATE), key: readFileSync(KEY) }, take)
    : createServer(take);
  // Told before a handshake begins.
  server.on('connection', () => {
    seen.connections += 1;
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  open.push({ server, sockets });
  const { port } = server.address() as AddressInfo;
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, port, arrived, seen };
}

function wholeRequest(text: string): { read: Omit<Arrived, 'number'>; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [line = '', ...rest] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    rest.map((header) => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
    }),
  );
  const length = end + 4 + Number(headers['content-length'] ?? 0);
  if (text.length < length) return undefined;
  return { read: { line: line.replace(/ HTTP.*$/, ''), headers, body: text.slice(end + 4, length) }, length };
}

export interface Sent {
  status?: number;
  type?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A whole and proper reply. */
export function reply(
  socket: Socket,
  { status = 200, type = 'application/json', headers = {}, body = '{"id":1}' }: Sent = {},
): void {
  const all = { 'content-type': type, 'content-length': String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n${body}`);
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

const transports: Transport[] = [];

/** A transport with a short time-out; `closePeers` closes it too. */
export function transportTo(baseUrl: string, options: Partial<TransportOptions> = {}): Transport {
  const auth = headerAuth(() => ({ authorization: 'Bearer made-up' }));
  const transport = createTransport({ baseUrl, auth, timeoutMs: 2_000, ...options });
  transports.push(transport);
  return transport;
}

export async function closePeers(): Promise<void> {
  await Promise.all(transports.splice(0).map((transport) => transport.close()));
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  }
}

const made = json(z.looseObject({ id: z.int() }), ({ id }) => id);

/** A create: done only with 201 or 200 and an id. */
export const CREATE: Call<number> = {
  name: 'Test: create',
  method: 'POST',
  path: '/users',
  json: { name: 'orla' },
  answers: [{ status: [200, 201], read: made }],
  refusal: plainRefusal,
};

/** A read. */
export const READ: Call<number> = {
  name: 'Test: read',
  method: 'GET',
  path: '/users',
  answers: [{ status: [200], read: made }],
  refusal: plainRefusal,
};

/** What makes a send a create: a guard, here one that never holds back. */
export const FRESH = { guard: () => undefined };

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
