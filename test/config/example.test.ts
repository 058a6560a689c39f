// muster.example.yaml is a file that works.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configFromObject, loadConfig } from '../../src/config/load';
import { faultsOf, KEY } from './support';

describe('muster.example.yaml', () => {
  const file = resolve(__dirname, '../../muster.example.yaml');
  const names = [...readFileSync(file, 'utf8').matchAll(/^ +[^#\n]*\$\{(\w+)\}/gm)].map(
    ([, name]) => name ?? '',
  );
  const env = Object.fromEntries(names.map((name) => [name, name.startsWith('MUSTER_KEY') ? KEY : 'x']));

  test('loads in the worker, and needs each of its variables', () => {
    expect(names).toHaveLength(7);
    const config = loadConfig({ file, env, secrets: 'resolve' });
    expect(Object.values(config.connections).map(({ vendor }) => vendor)).toEqual([
      'pha',
      'onefile',
      'ethosce',
      'hotdocs',
      'regpack',
    ]);
    for (const name of names) {
      const { [name]: _, ...rest } = env;
      expect(faultsOf(() => loadConfig({ file, env: rest, secrets: 'resolve' }))).toEqual([
        expect.stringContaining(`the environment variable ${name} is not set`),
      ]);
    }
  });

  test('loads in a client with the shared variables only', () => {
    const shared = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('MUSTER_')));
    expect(Object.keys(shared)).toHaveLength(2);
    expect(Object.keys(loadConfig({ file, env: shared, secrets: 'leave' }).connections)).toHaveLength(5);
  });

  test('what it calls defaults are the defaults', () => {
    const { connections } = loadConfig({ file, env, secrets: 'resolve' });
    const bare = configFromObject({
      connections: { 'pha-demo': { vendor: 'pha', baseUrl: 'https://pha-demo.example.org', token: 'x' } },
    });
    expect(connections['pha-demo']).toEqual({
      ...bare.connections['pha-demo'],
      environment: 'demo',
      requestsPerSecond: 2,
    });
  });
});
