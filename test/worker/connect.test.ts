// Temporal's own connection conventions: what TEMPORAL_* and temporal.toml say is what reaches the server, from the client
// library and from the worker alike.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import {
  TemporalSettingsError,
  TemporalUnreachableError,
  temporalSettings,
} from '../../src/temporal/connect';
import { newAuthority } from './support/certificates';
import { type Arrival, type Doorkeeper, startDoorkeeper } from './support/temporal-doorkeeper';

const HOST = 'temporal.test';
let folder: string;
let doorkeeper: Doorkeeper | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-connect-'));
});
afterEach(async () => {
  await doorkeeper?.close();
  doorkeeper = undefined;
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** No HOME and no XDG_CONFIG_HOME: nothing of whoever runs the test is read. */
const settings = (env: NodeJS.ProcessEnv) => temporalSettings(folder, env);
const problem = (env: NodeJS.ProcessEnv) =>
  settings(env).then(
    () => 'none',
    (error: unknown) => error,
  );

/** How the client library and the worker arrived. */
async function arrivals(keeper: Doorkeeper, env: NodeJS.ProcessEnv): Promise<[Arrival, Arrival]> {
  const { connection } = await settings({ TEMPORAL_ADDRESS: keeper.address, ...env });
  const client = await Connection.connect({ connectTimeout: '5s', ...connection });
  await client.close();
  const fromClient = keeper.arrivals.splice(0);
  const worker = await NativeConnection.connect(connection);
  await worker.close();
  const [first, second] = [fromClient[0], keeper.arrivals[0]];
  if (!first || !second) throw new Error('nobody arrived');
  return [first, second];
}

describe('what is stated', () => {
  test('address and namespace come from the environment; the namespace is default otherwise', async () => {
    expect(await settings({ TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_NAMESPACE: 'hr' })).toMatchObject({
      connection: { address: 'temporal:7233' },
      namespace: 'hr',
    });
    expect(await settings({ TEMPORAL_ADDRESS: 'temporal:7233' })).toMatchObject({ namespace: 'default' });
  });

  test('a profile of temporal.toml is taken, and the environment beats it', async () => {
    const toml = file(
      'temporal.toml',
      [
        '[profile.default]\naddress = "near:7233"',
        '[profile.cloud]\naddress = "far:7233"\nnamespace = "hr.acme"\napi_key = "made-up"',
        '[profile.cloud.grpc_meta]\nx-team = "hr"',
      ].join('\n'),
    );
    const env = { TEMPORAL_CONFIG_FILE: toml };
    expect((await settings(env)).connection).toMatchObject({ address: 'near:7233' });
    expect(await settings({ ...env, TEMPORAL_PROFILE: 'cloud' })).toMatchObject({
      connection: { address: 'far:7233', apiKey: 'made-up', tls: true, metadata: { 'x-team': 'hr' } },
      namespace: 'hr.acme',
    });
    const beaten = await settings({ ...env, TEMPORAL_PROFILE: 'cloud', TEMPORAL_NAMESPACE: 'it.acme' });
    expect(beaten).toMatchObject({ connection: { address: 'far:7233' }, namespace: 'it.acme' });
  });

  test('the file is found in its usual place too', async () => {
    mkdirSync(join(folder, 'temporalio'));
    file('temporalio/temporal.toml', '[profile.default]\naddress = "usual:7233"');
    const linux = process.platform !== 'win32' && process.platform !== 'darwin';
    if (linux) expect((await settings({ XDG_CONFIG_HOME: folder })).connection.address).toBe('usual:7233');
  });

  test('an empty variable says nothing: an empty key switches no TLS on', async () => {
    const { connection } = await settings({
      TEMPORAL_ADDRESS: 'temporal:7233',
      TEMPORAL_API_KEY: '',
      TEMPORAL_TLS_SERVER_NAME: '',
      TEMPORAL_PROFILE: '',
      TEMPORAL_CONFIG_FILE: '',
    });
    expect(connection.tls).toBeUndefined();
    expect(connection.apiKey).toBeUndefined();
    expect(await problem({ TEMPORAL_ADDRESS: '' })).toBeInstanceOf(TemporalUnreachableError);
  });
});

describe('what is stated wrongly', () => {
  const said = async (env: NodeJS.ProcessEnv) => {
    const error = await problem(env);
    expect(error).toBeInstanceOf(TemporalSettingsError);
    return (error as Error).message;
  };

  test('a profile that is not there is named, with those that are', async () => {
    const toml = file('temporal.toml', '[profile.prod]\naddress = "a:1"\n[profile.default]\naddress = "b:1"');
    const env = { TEMPORAL_CONFIG_FILE: toml, TEMPORAL_PROFILE: 'pord', TEMPORAL_ADDRESS: 'c:1' };
    expect(await said(env)).toBe(
      `TEMPORAL_PROFILE: there is no profile pord in ${toml}; it has: default, prod.`,
    );
    expect(await said({ TEMPORAL_PROFILE: 'pord', TEMPORAL_ADDRESS: 'c:1' })).toMatch(
      /no profile pord .*it has: none/,
    );
  });

  test('a file that is named and missing is not passed over', async () => {
    const missing = join(folder, 'missing.toml');
    expect(await said({ TEMPORAL_CONFIG_FILE: missing, TEMPORAL_ADDRESS: 'c:1' })).toBe(
      `TEMPORAL_CONFIG_FILE: there is no file ${missing}.`,
    );
  });

  test('a broken file is told without its contents', async () => {
    const toml = file('temporal.toml', '[profile.default]\napi_key = "made-up-key" oops');
    const message = await said({ TEMPORAL_CONFIG_FILE: toml });
    expect(message).toContain(toml);
    expect(message).not.toContain('made-up-key');
  });

  test('a file without profiles is told as that', async () => {
    const toml = file('temporal.toml', 'address = "c:1"');
    expect(await said({ TEMPORAL_CONFIG_FILE: toml })).toContain('it has no table [profile.default]');
  });

  test('a client certificate without its key is no client certificate', async () => {
    expect(await said({ TEMPORAL_ADDRESS: 'c:1', TEMPORAL_TLS_CLIENT_CERT_DATA: 'x' })).toMatch(
      /client certificate and no client key/,
    );
  });

  test('a certificate file that is missing is named', async () => {
    const missing = join(folder, 'missing.pem');
    expect(await said({ TEMPORAL_ADDRESS: 'c:1', TEMPORAL_TLS_SERVER_CA_CERT_PATH: missing })).toContain(
      missing,
    );
  });
});

describe('what reaches the server', () => {
  const authority = newAuthority();
  const server = authority.issue(HOST);
  const trusting = () => ({
    TEMPORAL_TLS: 'true',
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem', authority.certificate),
    TEMPORAL_TLS_SERVER_NAME: HOST,
  });

  test('plain, with a header of its own', async () => {
    doorkeeper = await startDoorkeeper();
    for (const { headers } of await arrivals(doorkeeper, { 'TEMPORAL_GRPC_META_X-TEAM': 'hr' })) {
      expect(headers).toMatchObject({ 'x-team': 'hr' });
      expect(headers.authorization).toBeUndefined();
    }
  });

  test('an API key goes over TLS, as a bearer', async () => {
    doorkeeper = await startDoorkeeper({ key: server.key, cert: server.certificate });
    const env = { ...trusting(), TEMPORAL_API_KEY: 'made-up' };
    for (const { headers, certificate } of await arrivals(doorkeeper, env)) {
      expect(headers.authorization).toBe('Bearer made-up');
      expect(certificate).toBeNull();
    }
  });

  test('a client certificate is shown, from paths and from a profile', async () => {
    const own = authority.issue('muster-worker');
    doorkeeper = await startDoorkeeper({
      key: server.key,
      cert: server.certificate,
      clientAuthority: authority.certificate,
    });
    const certificate = file('client.pem', own.certificate);
    const key = file('client.key', own.key);
    const fromPaths = {
      ...trusting(),
      TEMPORAL_TLS_CLIENT_CERT_PATH: certificate,
      TEMPORAL_TLS_CLIENT_KEY_PATH: key,
    };
    const toml = file(
      'temporal.toml',
      [
        `[profile.mtls]\naddress = "${doorkeeper.address}"`,
        `[profile.mtls.tls]\nserver_name = "${HOST}"\nserver_ca_cert_path = "${join(folder, 'ca.pem')}"`,
        `client_cert_path = "${certificate}"\nclient_key_path = "${key}"`,
      ].join('\n'),
    );
    const fromProfile = { TEMPORAL_CONFIG_FILE: toml, TEMPORAL_PROFILE: 'mtls' };
    for (const env of [fromPaths, fromProfile]) {
      const found = await arrivals(doorkeeper, env);
      expect(found.map((arrival) => arrival.certificate)).toEqual(['muster-worker', 'muster-worker']);
      doorkeeper.arrivals.length = 0;
    }
  });

  test('a server that another authority vouches for is not spoken to', async () => {
    const stranger = newAuthority().issue(HOST);
    doorkeeper = await startDoorkeeper({ key: stranger.key, cert: stranger.certificate });
    const { connection } = await settings({ TEMPORAL_ADDRESS: doorkeeper.address, ...trusting() });
    await expect(Connection.connect({ ...connection, connectTimeout: '1s' })).rejects.toThrow();
    await expect(NativeConnection.connect(connection)).rejects.toThrow();
    expect(doorkeeper.arrivals).toEqual([]);
  });
});
