// A Temporal server for tests: real, in memory, without UI, as quick as the embedded server of `muster dev`.
import {
  type EmbeddedServer,
  type EmbeddedServerOptions,
  startEmbeddedServer,
} from '../../src/dev/embedded-server';
import { MUSTER_SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes';

/** Starts one; stop it in `afterAll`. */
export function startTestServer(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  return startEmbeddedServer({ searchAttributes: MUSTER_SEARCH_ATTRIBUTES, ...options });
}
