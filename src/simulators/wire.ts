// How bytes leave the server: properly, cut short, or not at all.
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VendorReply } from './contract';

/** The reply's way out. Each method resolves when it has done what it does; all stand a client that has left. */
export interface Wire {
  /** Status and whole body. */
  send(reply: VendorReply): Promise<void>;
  /** Closes the connection without a byte. */
  drop(): void;
  /** Head and half of the body, then the connection is reset. */
  resetMidBody(reply: VendorReply): Promise<void>;
  /** Announces more bytes than it sends, then closes. */
  truncate(reply: VendorReply): Promise<void>;
  /** JSON of that many bytes, under the reply's head. */
  sendHuge(reply: VendorReply, bytes: number): Promise<void>;
}

const CHUNK = 64 * 1024;

/** The way out over one response of node's HTTP server. */
export function wireOf(response: ServerResponse): Wire {
  const socket = response.socket;

  function head(reply: VendorReply, length: number): void {
    if (reply.reason !== undefined) response.statusMessage = reply.reason;
    response.writeHead(reply.status, { ...reply.headers, 'content-length': String(length) });
  }

  function write(part: string): Promise<void> {
    return new Promise((resolve) => {
      if (response.destroyed || socket?.destroyed) return resolve();
      response.write(part, () => resolve());
    });
  }

  return {
    send(reply) {
      return new Promise((resolve) => {
        response.once('close', () => resolve());
        if (reply.status === 204 || reply.status === 304) response.writeHead(reply.status, reply.headers);
        else head(reply, Buffer.byteLength(reply.body));
        response.end(reply.body);
        if (response.destroyed || socket?.destroyed) resolve();
      });
    },
    drop() {
      socket?.destroy();
    },
    async resetMidBody(reply) {
      const whole = withSomeBody(reply);
      head(whole, Buffer.byteLength(whole.body));
      await write(whole.body.slice(0, Math.ceil(whole.body.length / 2)));
      // A reset throws away what the client has not read yet; the first half is meant to arrive.
      await sleep(20);
      socket?.resetAndDestroy();
    },
    async truncate(reply) {
      const whole = withSomeBody(reply);
      head(whole, Buffer.byteLength(whole.body) + 64);
      await write(whole.body);
      socket?.end();
    },
    async sendHuge(reply, bytes) {
      const [open, close] = ['{"padding":"', '"}'];
      head(reply, bytes);
      await write(open);
      let left = bytes - open.length - close.length;
      while (left > 0 && !response.destroyed && !socket?.destroyed) {
        const part = Math.min(left, CHUNK);
        await write('x'.repeat(part));
        left -= part;
      }
      response.end(close);
    },
  };
}

// Only a reply that owes a body can stop in the middle of it.
function withSomeBody(reply: VendorReply): VendorReply {
  if (reply.body.length > 1 && reply.status !== 204) return reply;
  const status = reply.status === 204 ? 200 : reply.status;
  return { ...reply, status, body: reply.body === '' ? '{}' : `${reply.body} ` };
}
