// TCP ports on this machine: finding one that stays free long enough to be handed to another program, and asking
// whether someone listens.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

const CONNECT_TIMEOUT_MS = 1_000;

/** Someone else listens on a port that was asked for. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';

  constructor(
    readonly ip: string,
    readonly port: number,
  ) {
    super(`port ${port} of ${ip} is in use by another program`);
  }
}

/** A port of `ip` that nobody listens on, and that the system gives to no one else for some seconds. */
export async function freePort(ip: string): Promise<number> {
  const server = createServer();
  // Linux hands out ports at random, and could give this one away again at once. A connection closed by the listening
  // side first leaves the port in TIME_WAIT: not given out again, yet free for someone who asks for it by number.
  server.on('connection', (socket) => socket.end());
  server.listen(0, ip);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, ip);
  socket.resume();
  await once(socket, 'close');
  server.close();
  await once(server, 'close');
  return port;
}

/** @throws PortInUseError if `port` of `ip` can't be listened on. */
export async function requireFree(ip: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, ip);
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortInUseError(ip, port);
    throw error;
  }
  server.close();
  await once(server, 'close');
}

/** `host:port`, with brackets around an IPv6 address. */
export function hostAndPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Whether someone accepts connections at `host:port`. */
export function answersAt(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** The web origins under which a page served on a port of this machine may be opened. */
export function loopbackOrigins(port: number): string[] {
  return [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
}
