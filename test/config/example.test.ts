// muster.example.yaml is a file that works.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadCodecServerConfig } from '../../src/config/codec-server';
import { configFromObject, loadConfig } from '../../src/config/load';
import { codecServerSchema } from '../../src/config/sections';
import { faultsOf, KEY } from './support';

describe('muster.example.yaml', () => {
  const file = resolve(__dirname, '../../muster.example.yaml');
  const names = [...readFileSync(file, 'utf8').matchAll(/^ +[^#\n]*\$\{(\w+)\}/gm)].map(
    ([, name]) => name ?? '',
  );
  const env = Object.fromEntries(names.map((name) => [name, name.startsWith('MUSTER_') ? KEY : 'x']));
  const CODEC_TOKEN = 'MUSTER_CODEC_TOKEN';

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
    for (const name of names.filter((known) => known !== CODEC_TOKEN)) {
      const { [name]: _, ...rest } = env;
      expect(faultsOf(() => loadConfig({ file, env: rest, secrets: 'resolve' }))).toEqual([
        expect.stringContaining(`the environment variable ${name} is not set`),
      ]);
    }
  });

  const variables = (wanted: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(env).filter(([name]) => wanted(name)));

  test('loads in a client with the shared variable only', () => {
    const shared = variables((name) => name.startsWith('MUSTER_KEY'));
    expect(Object.keys(shared)).toHaveLength(1);
    expect(Object.keys(loadConfig({ file, env: shared, secrets: 'leave' }).connections)).toHaveLength(5);
  });

  test('loads in the codec server with its token and the key only', () => {
    const own = variables((name) => name.startsWith('MUSTER_'));
    expect(Object.keys(own)).toHaveLength(2);
    const { codecServer } = loadCodecServerConfig({ file, env: own });
    expect(codecServer).toEqual({ ...codecServerSchema.parse({ auth: { bearer: KEY } }) });
    for (const name of Object.keys(own)) {
      const { [name]: _, ...rest } = own;
      expect(faultsOf(() => loadCodecServerConfig({ file, env: rest }))).toEqual([
        expect.stringContaining(`the environment variable ${name} is not set`),
      ]);
    }
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
