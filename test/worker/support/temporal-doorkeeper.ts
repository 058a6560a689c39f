// Stands where a Temporal server would and lets everyone in, but writes down how they came: over TLS or not, with which
// client certificate, with which headers. Enough of gRPC for a client to think that it is connected.
import { once } from 'node:events';
import * as http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

export interface Arrival {
  method: string;
  headers: http2.IncomingHttpHeaders;
  /** Common name of the client's certificate; null without one. */
  certificate: string | null;
}

export interface Doorkeeper {
  /** `127.0.0.1:<port>` */
  address: string;
  arrivals: Arrival[];
  /** Answers calls of this method with a gRPC code, by default UNIMPLEMENTED, from now on. */
  refuse(method: string, code?: number): void;
  close(): Promise<void>;
}

/** @param tls the server's own certificate, and whose client certificates it wants; plain without */
export async function startDoorkeeper(tls?: {
  key: string;
  cert: string;
  clientAuthority?: string;
}): Promise<Doorkeeper> {
  const arrivals: Arrival[] = [];
  const refused = new Map<string, number>();
  const sessions = new Set<http2.ServerHttp2Session>();
  const wantsCertificate = tls?.clientAuthority !== undefined;
  const server = tls
    ? http2.createSecureServer({
        key: tls.key,
        cert: tls.cert,
        ...(wantsCertificate && { ca: tls.clientAuthority, requestCert: true, rejectUnauthorized: true }),
      })
    : http2.createServer();
  server.on('session', (session: http2.ServerHttp2Session) => sessions.add(session));
  server.on('stream', (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    const peer = (stream.session?.socket as Partial<TLSSocket> | undefined)?.getPeerCertificate?.();
    const method = String(headers[':path']).split('/').pop() ?? '';
    const code = refused.get(method) ?? 0;
    arrivals.push({
      method,
      headers,
      certificate: peer?.subject ? String(peer.subject.CN) : null,
    });
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(code) }));
    // One empty message, uncompressed.
    stream.end(Buffer.alloc(code === 0 ? 5 : 0));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    refuse: (method, code = 12) => void refused.set(method, code),
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
