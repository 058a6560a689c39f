// muster codec-server: decodes for those who may see, the Temporal UI's pages and the `temporal` command.
import type { Logger } from '@temporalio/common';
import type { Command } from 'commander';
import { type CodecAuth, loadCodecServerConfig } from '../../config/codec-server';
import { hostAndPort } from '../../dev/ports';
import { type Authorize, bearerAccess } from '../../privacy/access';
import { type CodecAudit, type CodecServerOptions, startCodecServer } from '../../privacy/decode-endpoint';
import { parseKeyRing } from '../../privacy/keys';
import { oidcAccess } from '../../privacy/oidc';
import { EXIT, type ExitCode, ExpectedError } from '../exit';
import { catchInterrupts } from '../interrupt';
import { logFromEnvironment } from '../log';
import type { GlobalOptions } from '../session';
import { examples, runs } from '../words';

export function define(command: Command): void {
  command
    .addHelpText(
      'after',
      [
        '',
        'Serves POST /decode and GET /healthz where "codecServer" in the configuration says, with its "encryption" keys; it',
        'reads nothing else of it, and needs neither Temporal nor any vendor. With "encode: true" POST /encode too. Logs each request to',
        'stderr (who, how many payloads, with what success; never contents), as JSON where that is no terminal.',
        'Ctrl-C (or SIGTERM) ends it in order.',
        examples(
          'muster codec-server --config muster.yaml',
          'temporal workflow show -w ID --codec-endpoint http://localhost:8234 --codec-auth "Bearer $MUSTER_CODEC_TOKEN"',
        ),
      ].join('\n'),
    )
    .action(runs(serve));
}

async function serve({ config: file }: GlobalOptions): Promise<ExitCode> {
  const log = logFromEnvironment('info');
  const { encryption, codecServer } = loadCodecServerConfig({ ...(file !== undefined && { file }) });
  const { auth, encode, ...where } = codecServer;
  const interrupts = catchInterrupts(() => log.warn('stopped at once'));
  const access = accessOf(auth);
  const server = await listen({
    ...where,
    ring: parseKeyRing(encryption),
    allowEncode: encode,
    ...(access.authorize && { authorize: access.authorize }),
    audit: (entry) => writeDown(entry, log),
  });
  log.info('codec server started', { url: server.url, origins: where.origins, access: access.words });
  if (!access.authorize) log.warn('everybody who reaches this port may decode: auth is none');
  const trouble = await access.trouble?.();
  if (trouble !== undefined)
    log.warn('the issuer cannot be asked; until it can, nobody is let in', { reason: trouble });
  await interrupts.asked;
  await server.close();
  log.info('codec server stopped');
  interrupts.release();
  return EXIT.done;
}

interface Access {
  /** For the log. */
  words: string;
  /** Absent: nobody is asked. */
  authorize?: Authorize;
  trouble?: () => Promise<string | undefined>;
}

function accessOf(auth: CodecAuth): Access {
  if (auth === 'none') return { words: 'none' };
  // A key read from a file may end in a line feed, and no header can hold one.
  if ('bearer' in auth) return { words: 'bearer', authorize: bearerAccess(auth.bearer.trim()) };
  const { issuer, audience, require } = auth;
  return {
    words: `tokens of ${issuer} for ${audience}`,
    ...oidcAccess({ issuer, audience, ...(require && { require }) }),
  };
}

async function listen(options: CodecServerOptions & { host: string; port: number }) {
  const { host, port } = options;
  return startCodecServer(options).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'listen' && error.syscall !== 'getaddrinfo') throw error;
    const why =
      error.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be listened on (${error.code})`;
    throw new ExpectedError(
      `codecServer: ${hostAndPort(host, port)} ${why}; set codecServer.port or codecServer.host to another.`,
      EXIT.usage,
    );
  });
}

/** The audit log; its time is the line's own. */
function writeDown({ action, status, ...entry }: CodecAudit, log: Logger): void {
  if (status < 400) log.info(`${action}d`, { status, ...entry });
  else log.warn(`not ${action}d`, { status, ...entry });
}
