// The sample people of examples/people, as far as there are connections for their accounts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestDocument } from '../../request/schema';
import { packageRoot } from '../package-root';

/**
 * @param connections names of the connections there are
 * @param suffix appended to each key: on a server that others use too, the keys may be known from an earlier demo
 */
export function samplePeople(connections: readonly string[], suffix = ''): RequestDocument[] {
  const folder = join(packageRoot(), 'examples', 'people');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as RequestDocument)
    .map(({ key, accounts, ...rest }) => ({
      ...rest,
      key: key + suffix,
      accounts: Object.fromEntries(Object.entries(accounts).filter(([name]) => connections.includes(name))),
    }))
    .filter(({ accounts }) => Object.keys(accounts).length > 0);
}
