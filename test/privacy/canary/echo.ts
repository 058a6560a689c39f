// A vendor at its most talkative: stands before a simulator and, where it is told to, answers with all that it was sent, by
// the vendor's own kind of refusal or as an error page.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Simulator } from '../../../src/simulators';

/** What the next request of a kind is met by. */
interface Plan {
  /** `POST /user.json`, matched against method, path and body. */
  on: RegExp;
  /** `refusal`: the request goes no further. `page`: it is carried out, and the answer to it is an HTML 500. */
  by: 'refusal' | 'page';
}

export class Echo {
  readonly met: string[] = [];
  /** Sessions and tokens that were sent: secrets that the test did not choose. */
  readonly tokens = new Set<string>();
  private readonly plans: Plan[] = [];

  private constructor(
    readonly simulator: Simulator,
    private readonly server: Server,
  ) {}

  static async before(simulator: Simulator): Promise<Echo> {
    const server = createServer();
    const echo = new Echo(simulator, server);
    server.on('request', (request, response) => {
      echo.answer(request).then(
        ({ status, type, headers = {}, body }) => {
          response.writeHead(status, { ...headers, 'content-type': type }).end(body);
        },
        () => response.destroy(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return echo;
  }

  /** The simulator's connection, by way of here. */
  connection(): Record<string, unknown> {
    const { url } = this.simulator;
    const own = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return JSON.parse(JSON.stringify(this.simulator.connection()).replaceAll(url, own));
  }

  plan(...plans: Plan[]): void {
    this.plans.push(...plans);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.simulator.close();
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const body = await text(request);
    const what = `${request.method} ${request.url} ${body}`;
    const said = echoed(request, body);
    for (const [name, value] of Object.entries(request.headers))
      if (/token|authorization/i.test(name)) this.tokens.add(String(value).replace(/^\w+ /, ''));
    const found = this.plans.findIndex(({ on }) => on.test(what));
    const [plan] = found < 0 ? [] : this.plans.splice(found, 1);
    if (plan) this.met.push(String(plan.on));
    if (plan?.by === 'refusal') return this.refusal(said);
    const answer = await this.pass(request, body);
    return plan ? { status: 500, type: 'text/html', body: page(said) } : answer;
  }

  private async pass({ method = 'GET', url, headers }: IncomingMessage, body: string): Promise<Answer> {
    const { host, connection, 'content-length': _, ...kept } = headers as Record<string, string>;
    const reply = await fetch(this.simulator.url + url, {
      method,
      headers: kept,
      redirect: 'manual',
      ...(body && { body }),
    });
    const back = Object.fromEntries(
      [...reply.headers].filter(([name]) => !/^(content-length|transfer-encoding|connection)$/.test(name)),
    );
    return {
      status: reply.status,
      type: reply.headers.get('content-type') ?? 'text/plain',
      headers: back,
      body: await reply.text(),
    };
  }

  /** As the vendor says no. */
  private refusal(said: string): Answer {
    switch (this.simulator.vendor) {
      case 'ethosce':
        return {
          status: 406,
          type: 'text/html',
          body: `406 Not Acceptable: Unknown value: ${escaped(said)}`,
        };
      case 'regpack':
        return json(200, { success: false, msg: `Cannot take ${said}` });
      default:
        return json(422, { message: `Cannot take ${said}`, errors: [said] });
    }
  }
}

interface Answer {
  status: number;
  type: string;
  headers?: Record<string, string>;
  body: string;
}

function json(status: number, body: unknown): Answer {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}

/** Every value of the request, on one line: its credentials too. */
function echoed({ url = '', headers }: IncomingMessage, body: string): string {
  const values: string[] = [];
  JSON.stringify(body.startsWith('{') ? JSON.parse(body) : body, (_name, value) => {
    if (typeof value === 'string' || typeof value === 'number') values.push(String(value));
    return value;
  });
  const secrets = Object.entries(headers).flatMap(([name, value]) =>
    /token|authorization|api/i.test(name) ? [String(value)] : [],
  );
  return [...values.reverse(), ...secrets, decodeURIComponent(url)].join(' / ').replaceAll('\n', ' ');
}

function page(said: string): string {
  return `<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Error</h1><p>${escaped(said)}</p></body></html>`;
}

function escaped(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#039;');
}
