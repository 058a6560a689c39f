// PostgreSQL and Temporal's server, made as docker-compose.yml makes them: by its scripts, with its settings of the server,
// which are read from the file itself; only hosts and ports are this machine's.
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { MissingError } from './binaries.mjs';
import { start, until } from './processes.mjs';

const run = promisify(execFile);
const HOST = '127.0.0.1';
const DEPLOY = fileURLToPath(new URL('../../deploy/temporal/', import.meta.url));
const COMPOSE = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url));

/** @typedef {{ port: number, passwordFile: string }} Postgres */

/** Below 32768: the server writes its ports into a smallint of PostgreSQL, and the system hands out none of these itself. */
async function freePort() {
  const { requireFree } = await import('../../dist/src/dev/ports.js');
  for (;;) {
    const port = randomInt(20_000, 32_768);
    const isFree = await requireFree(HOST, port).then(
      () => true,
      () => false,
    );
    if (isFree && !given.has(port)) {
      given.add(port);
      return port;
    }
  }
}

/** @type {Set<number>} */
const given = new Set();

/** @param {string} name */
function serviceOf(name) {
  return parse(readFileSync(COMPOSE, 'utf8'), { merge: true }).services[name];
}

/** Nothing of the caller's own settings of Temporal or PostgreSQL. */
const bare = () => ({ PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', LANG: 'C.UTF-8' });

/**
 * @param {import('./binaries.mjs').Programs} programs
 * @param {string} folder
 * @returns {Promise<Postgres>}
 */
export async function startPostgres({ postgres }, folder) {
  const passwordFile = join(folder, 'postgres_password');
  writeFileSync(passwordFile, randomBytes(24).toString('hex'));
  chmodSync(passwordFile, 0o444);
  const data = join(folder, 'postgresql');
  mkdirSync(data);
  const owner = ordinaryUser();
  if (owner.uid !== undefined) chownSync(data, owner.uid, owner.gid ?? owner.uid);

  const options = { ...owner, cwd: '/', env: bare() };
  const initdb = [
    '-D',
    data,
    '-U',
    'temporal',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--locale=C',
  ];
  await run(join(postgres, 'initdb'), initdb, options);
  const port = await freePort();
  const [, ...settings] = serviceOf('postgresql').command;
  const args = [
    '-D',
    data,
    '-p',
    String(port),
    '-c',
    `listen_addresses=${HOST}`,
    '-c',
    `unix_socket_directories=${data}`,
  ];
  const program = await start('PostgreSQL', join(postgres, 'postgres'), [...args, ...settings], {
    ...options,
    log: join(folder, 'postgresql.log'),
    // Fast: it does not wait for its clients.
    stopBy: 'SIGINT',
  });
  const ask = ['-q', '-h', HOST, '-p', String(port)];
  await until(program, () =>
    run(join(postgres, 'pg_isready'), ask).then(
      () => true,
      () => false,
    ),
  );
  return { port, passwordFile };
}

/** PostgreSQL refuses to run as root. @returns {{ uid?: number, gid?: number }} */
function ordinaryUser() {
  if (process.getuid?.() !== 0) return {};
  const id = (/** @type {string} */ flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    throw new MissingError(
      'PostgreSQL does not run as root, and there is no user postgres. Run this as an ordinary user.',
    );
  }
}

/**
 * @param {import('./binaries.mjs').Programs} programs
 * @param {string} folder
 * @param {Postgres} postgres
 */
export async function startTemporal(programs, folder, { port, passwordFile }) {
  const store = { POSTGRES_SEEDS: HOST, DB_PORT: String(port), POSTGRES_PASSWORD_FILE: passwordFile };
  const settingsOf = (/** @type {string} */ name) => ({ ...bare(), ...serviceOf(name).environment });
  await run('/bin/sh', [join(DEPLOY, 'schema.sh')], {
    env: { ...settingsOf('temporal-schema'), ...store, SQL_TOOL: programs.sqlTool },
  });

  const ports = await serverPorts();
  const env = {
    ...settingsOf('temporal'),
    ...store,
    ...ports,
    BIND_ON_IP: HOST,
    DYNAMIC_CONFIG_FILE_PATH: join(DEPLOY, 'dynamic.yaml'),
    PROMETHEUS_ENDPOINT: `${HOST}:${await freePort()}`,
    TEMPORAL_ENTRYPOINT: `${programs.server} start`,
  };
  const log = join(folder, 'temporal.log');
  /** @type {import('./processes.mjs').Program} */
  let server;
  const launch = async () => {
    server = await start('The Temporal server', '/bin/sh', [join(DEPLOY, 'server.sh')], {
      cwd: folder,
      env,
      log,
    });
    // What docker-compose.yml asks for its health.
    const health = `http://${HOST}:${ports.FRONTEND_HTTP_PORT}/api/v1/system-info`;
    await until(server, () =>
      fetch(health).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  };
  await launch();
  const address = `${HOST}:${ports.FRONTEND_GRPC_PORT}`;
  await run('/bin/sh', [join(DEPLOY, 'namespace.sh')], {
    env: {
      ...settingsOf('temporal-namespace'),
      TEMPORAL_ADDRESS: address,
      PATH: `${dirname(programs.temporal)}:${process.env.PATH}`,
    },
  });
  return { address, start: launch, kill: () => server.kill('SIGKILL') };
}

/** @returns {Promise<Record<string, string>>} */
async function serverPorts() {
  const names = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'].flatMap((service) => [
    `${service}_GRPC_PORT`,
    `${service}_MEMBERSHIP_PORT`,
  ]);
  /** @type {Record<string, string>} */
  const ports = {};
  for (const name of [...names, 'FRONTEND_HTTP_PORT']) ports[name] = String(await freePort());
  return ports;
}
