// Finds the programs of the proof, or says how to get them.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** Something of the caller's is missing or wrong. */
export class MissingError extends Error {}

const MODULE = 'go.temporal.io/server/cmd';
/** The server that docker-compose.yml runs, and the one that this was tried with. */
const VERSION = '1.32.0';
const GET_SERVER = [
  'Get both with Go (over ten minutes the first time):',
  `  GOBIN=$PWD/bin go install ${MODULE}/server@v${VERSION} ${MODULE}/tools/sql@v${VERSION}`,
  '  npm run topology -- --server bin/server --sql-tool bin/sql',
  'or from an archive of https://github.com/temporalio/temporal/releases (temporal-server, temporal-sql-tool).',
].join('\n');
const GET_POSTGRES =
  'Install it (Debian: apt-get install postgresql), or name the folder of initdb and postgres with --postgres.';

/** @typedef {{ server: string, sqlTool: string, temporal: string, postgres: string, versions: { server: string, postgres: string } }} Programs */

/**
 * @param {{ server?: string, 'sql-tool'?: string, temporal?: string, postgres?: string }} given
 * @param {(message: string) => void} say
 * @returns {Promise<Programs>}
 */
export async function findPrograms(given, say) {
  const { env } = process;
  if (!existsSync(new URL('../../dist/workflow-bundle.js', import.meta.url)))
    throw new MissingError('Muster is not built. Run "npm run build" first.');
  const server = find(
    "Temporal's server",
    given.server ?? env.MUSTER_TEMPORAL_SERVER,
    'temporal-server',
    GET_SERVER,
  );
  const sqlTool = find(
    "Temporal's schema tool",
    given['sql-tool'] ?? env.MUSTER_TEMPORAL_SQL_TOOL,
    'temporal-sql-tool',
    GET_SERVER,
  );
  const postgres = findPostgres(given.postgres ?? env.MUSTER_POSTGRES_BIN);
  const temporal = await findCli(given.temporal, say);
  const versions = {
    server: versionOf(server, /\d+\.\d+\.\d+/),
    postgres: versionOf(join(postgres, 'postgres'), /\d+(\.\d+)?/),
  };
  if (versions.server !== VERSION)
    say(`note: the server is ${versions.server}; docker-compose.yml has ${VERSION}`);
  return { server, sqlTool, temporal, postgres, versions };
}

/**
 * @param {string} what
 * @param {string | undefined} path
 * @param {string} command
 * @param {string} help
 */
function find(what, path, command, help) {
  if (path !== undefined) {
    if (isProgram(resolve(path))) return resolve(path);
    throw new MissingError(`${what}: ${path} is no program.\n${help}`);
  }
  const found = onPath(command);
  if (found === undefined) throw new MissingError(`${what} was not found: no ${command} on PATH.\n${help}`);
  return found;
}

/** @param {string | undefined} folder */
function findPostgres(folder) {
  const has = (/** @type {string} */ bin) =>
    ['initdb', 'postgres', 'pg_isready'].every((name) => isProgram(join(bin, name)));
  if (folder !== undefined) {
    if (has(resolve(folder))) return resolve(folder);
    throw new MissingError(`PostgreSQL: ${folder} lacks initdb, postgres or pg_isready.\n${GET_POSTGRES}`);
  }
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const bins = [...versions.map((version) => join(debian, version, 'bin')), ...pathFolders()];
  const found = bins.find(has);
  if (found === undefined) throw new MissingError(`PostgreSQL was not found.\n${GET_POSTGRES}`);
  return found;
}

/**
 * @param {string | undefined} explicit
 * @param {(message: string) => void} say
 */
async function findCli(explicit, say) {
  const { findTemporal } = await import('../../dist/src/dev/find-temporal.js');
  try {
    return (await findTemporal({ ...(explicit && { explicit }), onProgress: say })).path;
  } catch (error) {
    throw new MissingError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {string} program
 * @param {RegExp} pattern
 */
function versionOf(program, pattern) {
  return pattern.exec(execFileSync(program, ['--version'], { encoding: 'utf8', cwd: '/' }))?.[0] ?? 'unknown';
}

/** @param {string} command */
function onPath(command) {
  return pathFolders()
    .map((folder) => join(folder, command))
    .find(isProgram);
}

function pathFolders() {
  return (process.env.PATH ?? '').split(delimiter).filter(Boolean);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
