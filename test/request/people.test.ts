// The sample people: sound requests, alone and account by account, that between them use every connection.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountsOf, requestForAccount } from '../../src/request/accounts';
import { resolveAccount } from '../../src/request/defaults';
import { config, faultsOf, sound } from './support';

const folder = join(__dirname, '../../examples/people');
const files = readdirSync(folder);
const people = files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown);

test.each(files.map((file, i) => [file, people[i]]))('%s', (_, person) => {
  expect(faultsOf(person)).toEqual([]);
  const request = sound(person);
  for (const { connection } of accountsOf(request)) {
    const single = requestForAccount(request, connection);
    expect(faultsOf(single)).toEqual([]);
    expect(resolveAccount(config, single, connection)).toEqual(resolveAccount(config, request, connection));
  }
});

test('they use all five connections, under keys and addresses of their own', () => {
  const requests = people.map(sound);
  const used = requests.flatMap((request) => accountsOf(request).map(({ connection }) => connection));
  expect([...new Set(used)].sort()).toEqual(['ethosce', 'hotdocs', 'onefile', 'pha-demo', 'regpack']);
  expect(new Set(requests.map(({ key }) => key)).size).toBe(files.length);
  expect(new Set(requests.map(({ person }) => person.email)).size).toBe(files.length);
  for (const { person } of requests) expect(person.email).toMatch(/@example\.(org|com)$/);
});
