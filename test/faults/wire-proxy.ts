// A proxy between a worker and a vendor that knows nothing of either but bytes: it cuts, holds, doubles and drips them at
// the TCP level. So what it does to a create comes from outside of the simulators.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What may become of one request's bytes, or of those of its reply. */
export const WIRE_FAULTS = {
  'request-cut': 'half of the request arrives, then both ends are closed',
  'request-held': 'the request arrives whole, but only after its sender has given up',
  'request-doubled': 'the request arrives twice, one behind the other',
  'request-echoed': 'the beginning of the request arrives once more behind it',
  'reply-cut': 'the first byte of the reply closes both ends',
  'reply-halved': 'half of the reply arrives, then both ends are closed',
  'reply-held': 'the reply arrives after its receiver has given up',
  'reply-doubled': 'the reply arrives twice, one behind the other',
  'reply-dripped': 'the reply arrives a few bytes at a time',
} as const;
export type WireFault = keyof typeof WIRE_FAULTS;

export interface WireProxy {
  /** `http://127.0.0.1:12345` */
  readonly url: string;
  /** Whether the fault has happened. */
  readonly met: boolean;
  /** @param target the vendor's origin; @param aim what the first request to be met looks like, head and body */
  arm(target: string, fault: WireFault, aim: (request: string) => boolean): void;
  close(): Promise<void>;
}

/** Longer than a call's time-out, shorter than the fence of a lost create. In milliseconds. */
const HELD_MS = 2_000;
/** In bytes. */
const DRIP = 7;

export async function openWireProxy(): Promise<WireProxy> {
  const sockets = new Set<Socket>();
  let armed: { target: URL; fault: WireFault; aim: (request: string) => boolean } | undefined;
  let met = false;

  const server = createServer((client) => {
    if (!armed) return void client.destroy();
    const { target, fault, aim } = armed;
    const vendor = connect(Number(target.port), target.hostname);
    for (const socket of [client, vendor]) {
      sockets.add(socket);
      // Either end may go at any moment: that is what this is for.
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    const cut = (): void => {
      client.destroy();
      vendor.destroy();
    };
    let asked = Buffer.alloc(0);
    let meets: WireFault | undefined;
    client.on('data', (chunk) => {
      asked = Buffer.concat([asked, chunk]);
      if (!isWhole(asked)) return;
      const request = asked;
      asked = Buffer.alloc(0);
      if (!met && aim(request.toString('utf8'))) {
        met = true;
        meets = fault;
      }
      pass(request, meets, vendor, cut);
    });
    let answered = Promise.resolve();
    vendor.on('data', (chunk) => {
      answered = answered.then(() => answer(chunk, meets, client, cut));
    });
    vendor.on('end', () => answered.then(() => client.end()));
    client.on('close', () => {
      if (meets !== 'request-held') vendor.end();
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get met() {
      return met;
    },
    arm(target, fault, aim) {
      armed = { target: new URL(target), fault, aim };
    },
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function pass(request: Buffer, fault: WireFault | undefined, vendor: Socket, cut: () => void): void {
  switch (fault) {
    case 'request-cut':
      vendor.write(request.subarray(0, request.length / 2), cut);
      return;
    case 'request-held':
      setTimeout(() => vendor.end(request), HELD_MS);
      return;
    case 'request-doubled':
      vendor.write(Buffer.concat([request, request]));
      return;
    case 'request-echoed':
      vendor.write(Buffer.concat([request, request.subarray(0, 40)]));
      return;
    default:
      vendor.write(request);
  }
}

async function answer(
  reply: Buffer,
  fault: WireFault | undefined,
  client: Socket,
  cut: () => void,
): Promise<void> {
  switch (fault) {
    case 'reply-cut':
      return cut();
    case 'reply-halved':
      client.write(reply.subarray(0, reply.length / 2), cut);
      return;
    case 'reply-held':
      await sleep(HELD_MS);
      client.write(reply);
      return;
    case 'reply-doubled':
      client.write(Buffer.concat([reply, reply]));
      return;
    case 'reply-dripped':
      for (let at = 0; at < reply.length; at += DRIP) {
        client.write(reply.subarray(at, at + DRIP));
        await sleep(1);
      }
      return;
    default:
      client.write(reply);
  }
}

/** Whether an HTTP request is there to its last byte. */
function isWhole(bytes: Buffer): boolean {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(bytes.toString('latin1', 0, head))?.[1] ?? 0);
  return bytes.length >= head + 4 + length;
}
