// docker-compose.yml against the compose specification's own schema, and against what Muster promises of it: no container
// engine is needed to know that it is sound.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { parseCodecServerConfig } from '../../src/config/codec-server';
import { parseDuration } from '../../src/config/durations';
import { parseConfig } from '../../src/config/load';
import { codecServerSchema, workerSchema } from '../../src/config/sections';
import { startSimulators } from '../../src/simulators';
import { MUSTER_SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes';
import { graceTime } from '../../src/worker/create-worker';
import { compose, ROOT, read, readYaml, type Service, service } from './support';

const services = Object.entries(compose.services);
/** Those that end by themselves. */
const ONCE = ['temporal-schema', 'temporal-namespace'];
const lasting = services.filter(([name]) => !ONCE.includes(name));

describe('the compose specification', () => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  const isValid = ajv.compile(JSON.parse(read('test/deploy/compose-spec.json')) as object);
  const faults = (document: unknown) => (isValid(document) ? [] : isValid.errors);

  test('is kept', () => {
    expect(faults(compose)).toEqual([]);
  });

  test.each([
    ['a misspelt key', { healthchek: {} }],
    ['a wrong kind of value', { restart: 3 }],
    ['a health check that is no command', { healthcheck: { test: 90 } }],
    ['an unknown condition', { depends_on: { temporal: { condition: 'healthy' } } }],
  ])('and would not be with %s', (_what, part) => {
    const worker = { ...service('worker'), ...part };
    expect(faults({ ...compose, services: { ...compose.services, worker } })).not.toEqual([]);
  });
});

describe('the services', () => {
  test('are those that the interface names, and two that end by themselves', () => {
    const named = [
      ...['postgresql', 'temporal', 'temporal-ui', 'codec-server', 'worker'],
      ...['prometheus', 'vendors'],
    ];
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining([...named, ...ONCE]));
    expect(service('vendors').profiles).toEqual(['simulators']);
    expect(services.filter(([, { profiles }]) => profiles).map(([name]) => name)).toEqual(['vendors']);
    expect(service('worker').deploy?.replicas).toBe(2);
  });

  test.each(services)('%s: its image is pinned to one version', (_name, { image, build }) => {
    expect(image).toMatch(/^[a-z/-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
    const { version } = JSON.parse(read('package.json')) as { version: string };
    if (build !== undefined) expect(image).toBe(`muster:${version}`);
  });

  test('the schema is made by the tool of the same version as the server', () => {
    const version = (name: string) => service(name).image.split(':')[1];
    expect(version('temporal-schema')).toBe(version('temporal'));
    expect(version('temporal-namespace')).toBe(version('temporal'));
  });

  test.each(lasting)('%s: is watched, and started again', (_name, { healthcheck, restart }) => {
    expect(healthcheck?.test.length).toBeGreaterThan(1);
    expect(restart).toBe('unless-stopped');
  });

  test.each(ONCE)('%s: is tried again a few times, and is left alone when done', (name) => {
    expect(service(name).restart).toMatch(/^on-failure:\d+$/);
  });

  test('each waits for what it needs, by a condition that can come true', () => {
    const waits = services.flatMap(([name, { depends_on: on = {} }]) =>
      Object.entries(on).map(([other, { condition }]) => ({ name, other, condition })),
    );
    for (const { other, condition } of waits) {
      expect(condition).toBe(ONCE.includes(other) ? 'service_completed_successfully' : 'service_healthy');
      expect(compose.services).toHaveProperty(other);
    }
    const needs = (name: string) =>
      waits
        .filter((wait) => wait.name === name)
        .map(({ other }) => other)
        .sort();
    expect(needs('temporal')).toEqual(['postgresql', 'temporal-schema']);
    expect(needs('worker')).toEqual(['temporal', 'temporal-namespace']);
  });

  test('nothing is published beyond this machine', () => {
    const ports = services.flatMap(([, { ports: own = [] }]) => own);
    expect(ports.length).toBeGreaterThan(3);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('what is mounted is there: files of the repository, or declared volumes', () => {
    const mounts = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((mount) => mount.split(':')[0] ?? ''),
    );
    const named = new Set(mounts.filter((source) => !source.startsWith('.')));
    expect([...named].sort()).toEqual(Object.keys(compose.volumes).sort());
    for (const source of mounts.filter((mount) => mount.startsWith('.')))
      expect([source, existsSync(resolve(ROOT, source))]).toEqual([source, true]);
    for (const [, { entrypoint }] of services.filter(([, own]) => own.entrypoint?.[0] === '/bin/sh'))
      expect(existsSync(resolve(ROOT, 'deploy/temporal', entrypoint?.[1]?.split('/').pop() ?? ''))).toBe(
        true,
      );
  });

  // The schema takes any text for a duration; Compose does not.
  test('durations have a unit', () => {
    const durations =
      read('docker-compose.yml').match(/(?<=(interval|timeout|period|start_period): ).*/g) ?? [];
    expect(durations.length).toBeGreaterThan(20);
    for (const duration of durations) expect(duration).toMatch(/^(\d+(ms|s|m|h))+$/);
  });

  test('data outlives its containers', () => {
    expect(service('postgresql').volumes).toContain('postgresql-data:/var/lib/postgresql/data');
    expect(service('prometheus').volumes).toContain('prometheus-data:/prometheus');
  });
});

describe('secrets', () => {
  const SECRET = /PASS|PWD|SECRET|TOKEN|KEY|CREDENTIAL/i;
  /** A place where a secret is, in place of the secret. */
  const PLACE = /^(\/run\/secrets\/\w+|\$\{\w+.*\}|)$/;
  const literals = (all: [string, Service][]) =>
    all.flatMap(([name, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([key, value]) => SECRET.test(key) && !PLACE.test(value))
        .map(([key]) => `${name}.${key}`),
    );

  test('none is written down', () => {
    expect(literals(services)).toEqual([]);
    expect(literals([['x', { image: 'x', environment: { PG_PASSWORD: 'temporal' } }]])).toEqual([
      'x.PG_PASSWORD',
    ]);
  });

  test('each is a file that is made on the spot and never committed', () => {
    const made = read('deploy/new-secrets.sh').match(/(?<=\| make )\w+/g) ?? [];
    expect(Object.keys(compose.secrets).sort()).toEqual([...made].sort());
    for (const [name, { file }] of Object.entries(compose.secrets))
      expect(file).toBe(`./deploy/secrets/${name}`);
    expect(read('deploy/.gitignore').split('\n')).toEqual(expect.arrayContaining(['secrets/', 'muster.env']));
    const used = services.flatMap(([, { secrets = [] }]) => secrets);
    expect(new Set(used)).toEqual(new Set(Object.keys(compose.secrets)));
  });
});

describe('what belongs together', () => {
  test('the namespace gets the search attributes that the code relies on', () => {
    const made = read('deploy/temporal/namespace.sh').match(/Muster\w+=\w+/g) ?? [];
    expect(Object.fromEntries(made.map((pair) => pair.split('=')))).toEqual(MUSTER_SEARCH_ATTRIBUTES);
  });

  test('Prometheus asks every replica and the server, where they answer', () => {
    interface Job {
      job_name: string;
      dns_sd_configs?: { names: string[]; port: number }[];
      static_configs?: { targets: string[] }[];
    }
    const { scrape_configs: jobs } = readYaml<{ scrape_configs: Job[] }>('deploy/prometheus.yml');
    const job = (name: string) => jobs.find(({ job_name }) => job_name === name);
    const { metricsPort } = workerSchema.parse({});
    expect(job('muster-worker')?.dns_sd_configs).toMatchObject([{ names: ['worker'], port: metricsPort }]);
    const port = service('temporal').environment?.PROMETHEUS_ENDPOINT?.split(':')[1];
    expect(job('temporal')?.static_configs).toEqual([{ targets: [`temporal:${port}`] }]);
  });

  test('a worker is asked for its health where it serves it', () => {
    expect(service('worker').healthcheck?.test.join(' ')).toContain(
      `http://127.0.0.1:${workerSchema.parse({}).healthPort}/readyz`,
    );
  });
});

describe('the codec server', () => {
  const { port } = codecServerSchema.parse({ auth: 'none' });
  const published = `127.0.0.1:${port}:${port}`;
  const keys = { file: resolve(ROOT, 'x'), readFile: () => Buffer.alloc(32).toString('base64') };

  test('is asked where it listens: by the health check, and by the browser of who looks at the UI', () => {
    const { healthcheck, ports } = service('codec-server');
    expect(healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${port}/healthz`);
    expect(ports).toEqual([published]);
    const endpoint = service('temporal-ui').environment?.TEMPORAL_CODEC_ENDPOINT;
    expect(endpoint).toBe(`\${MUSTER_CODEC_URL:-http://localhost:${port}}`);
  });

  test('gets the keys, and nothing of any vendor', () => {
    const own = service('codec-server');
    expect(own.secrets).toEqual(['muster_key', 'codec_token']);
    expect(own).not.toHaveProperty('env_file');
    expect(Object.keys(own.environment ?? {}).sort()).toEqual(['MUSTER_CODEC_OPEN', 'MUSTER_CONFIG']);
  });

  test('lets in whoever reaches it in the trial alone, and there the UI among them', () => {
    const open = /^MUSTER_CODEC_OPEN=(.*)$/m.exec(read('deploy/simulators.env'))?.[1] ?? '';
    const load = (MUSTER_CODEC_OPEN: string) =>
      parseCodecServerConfig(read('deploy/simulators.yaml'), { ...keys, env: { MUSTER_CODEC_OPEN } })
        .codecServer;
    expect(load(open)).toMatchObject({ host: '0.0.0.0', port, auth: 'none' });
    const [uiPort] = service('temporal-ui').ports?.[0]?.split(':').slice(1) ?? [];
    expect(load(open).origins).toContain(`http://localhost:${uiPort}`);
    expect(() => load('')).toThrow(/codecServer.auth: none would let everybody decode/);
    expect(service('codec-server').environment?.MUSTER_CODEC_OPEN).toMatch(/^\$\{MUSTER_CODEC_OPEN:-\}$/);
  });

  test('is set up as the guide says, with the token that is made, and with an issuer', () => {
    const guide = read('deploy/README.md');
    const section = (from: string) =>
      guide.slice(guide.indexOf(from)).split('\n\n')[0]?.replaceAll(/^ {4}/gm, '') ?? '';
    const encryption = section('    encryption:').split('\n')[0];
    const read_ = (text: string) =>
      parseCodecServerConfig(`${encryption}\n${text}`, { ...keys, env: {} }).codecServer;
    const [line = ''] = /^ *codecServer: \{.*$/m.exec(guide) ?? [];
    expect(read_(line.trim())).toMatchObject({ host: '0.0.0.0', auth: { bearer: keys.readFile() } });
    expect(read_(section('    codecServer:\n'))).toMatchObject({
      origins: ['https://temporal.example.org'],
      auth: { issuer: 'https://login.example.org', audience: 'temporal-ui' },
    });
  });
});

describe('the trial with simulated vendors', () => {
  const readFile = (path: string) => {
    expect(path).toBe('/run/secrets/muster_key');
    return Buffer.alloc(32).toString('base64');
  };
  const load = () => parseConfig(read('deploy/simulators.yaml'), { secrets: 'resolve', readFile });
  const given = process.env.MUSTER_PLAIN_HTTP_HOSTS;
  afterEach(() => {
    if (given === undefined) delete process.env.MUSTER_PLAIN_HTTP_HOSTS;
    else process.env.MUSTER_PLAIN_HTTP_HOSTS = given;
  });
  const allow = (hosts: string) => {
    process.env.MUSTER_PLAIN_HTTP_HOSTS = hosts;
  };

  test('its configuration is what the simulators say of themselves', async () => {
    allow('vendors');
    const { connections } = load();
    const simulators = await startSimulators();
    const { close, ...byVendor } = simulators;
    await close();
    const said = Object.values(byVendor).map((simulator) => simulator.connection());
    expect(said).toHaveLength(5);
    said.forEach((connection, i) => {
      const found = Object.values(connections).find(({ vendor }) => vendor === connection.vendor);
      expect(found).toMatchObject({ ...connection, baseUrl: `http://vendors:${7001 + i}` });
    });
  });

  test('plain http is for the hosts that deploy/simulators.env names, and for no other', () => {
    allow(/^MUSTER_PLAIN_HTTP_HOSTS=(.*)$/m.exec(read('deploy/simulators.env'))?.[1] ?? '');
    expect(() => load()).not.toThrow();
    for (const hosts of ['', 'vendor', 'other,vendors.example']) {
      allow(hosts);
      expect(() => load()).toThrow(/pha-demo\.baseUrl: would send credentials and personal data unencrypted/);
    }
    expect(service('worker').environment?.MUSTER_PLAIN_HTTP_HOSTS).toMatch(
      /^\$\{MUSTER_PLAIN_HTTP_HOSTS:-\}$/,
    );
  });

  test('a worker is given more time to stop than it gives its calls', () => {
    allow('vendors');
    const grace = parseDuration(service('worker').stop_grace_period ?? '0s') ?? 0;
    expect(grace).toBeGreaterThan(graceTime(load()) + 10_000);
  });

  test('the simulators listen where it looks for them', () => {
    expect(service('vendors').command).toEqual(['simulate', '--host', '0.0.0.0', '--port-base', '7001']);
  });
});
