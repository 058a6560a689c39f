import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import {
  type DevState,
  devKeys,
  makeDevFolder,
  readDevState,
  removeDevState,
  writeDevState,
} from '../../src/dev/state';
import { parseKeyRing } from '../../src/privacy/keys';
import { temporaryFolders } from './support';

const newFolder = temporaryFolders();
let listener: Server;
let address: string;

beforeAll(async () => {
  listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  address = `127.0.0.1:${(listener.address() as { port: number }).port}`;
});
afterAll(() => listener.close());

const stateAt = (at = address, pid = process.pid): DevState => ({
  address: at,
  namespace: 'default',
  encryption: { keys: { dev: 'a2V5' }, activeKey: 'dev' },
  pid,
  config: '/some/muster.yaml',
  simulators: { pha: 'http://127.0.0.1:4000' },
});
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('dev.json', () => {
  it('is found as it was written, for its owner only, and gone when removed', async () => {
    const cwd = await newFolder();
    expect(await readDevState(cwd)).toEqual({ status: 'none' });
    await writeDevState(cwd, stateAt('127.0.0.1:1'));
    await writeDevState(cwd, stateAt());
    expect(await readDevState(cwd)).toEqual({ status: 'live', state: stateAt() });

    expect(await modeOf(join(cwd, '.muster'))).toBe(0o700);
    expect(await modeOf(join(cwd, '.muster', 'dev.json'))).toBe(0o600);
    expect((await readdir(join(cwd, '.muster'))).sort()).toEqual(['.gitignore', 'dev.json']);
    expect(await readFile(join(cwd, '.muster', '.gitignore'), 'utf8')).toBe('*\n');

    await removeDevState(cwd);
    await removeDevState(cwd);
    expect(await readDevState(cwd)).toEqual({ status: 'none' });
  });

  it('closes a folder that was open to others', async () => {
    const cwd = await newFolder();
    await mkdir(join(cwd, '.muster'), { mode: 0o755 });
    await writeDevState(cwd, stateAt());
    expect(await modeOf(join(cwd, '.muster'))).toBe(0o700);
  });

  it.each([
    ['its process is gone', stateAt, 2 ** 30, 'process 1073741824 that started it is gone'],
    ['nothing answers', () => stateAt('127.0.0.1:1'), undefined, 'nothing answers at 127.0.0.1:1'],
  ])('is stale when %s', async (_name, make, pid, reason) => {
    const cwd = await newFolder();
    const state = { ...make(), ...(pid && { pid }) };
    await writeDevState(cwd, state);
    expect(await readDevState(cwd)).toEqual({ status: 'stale', state, reason });
  });

  it.each([
    ['{"address": "127.0.0.1:1"', 'is not JSON'],
    [
      '{"address":"nowhere","namespace":"n","encryption":{"keys":{"k":7},"activeKey":"k"},"pid":1}',
      'is not as expected (address: ',
    ],
  ])('that reads %s is broken, and not repeated', async (text, reason) => {
    const cwd = await newFolder();
    await makeDevFolder(cwd);
    await writeFile(join(cwd, '.muster', 'dev.json'), text);
    const status = await readDevState(cwd);
    expect(status).toEqual({ status: 'broken', reason: expect.stringContaining(`dev.json ${reason}`) });
    expect(JSON.stringify(status)).not.toContain('nowhere');
  });

  it('is not written wrong', async () => {
    const cwd = await newFolder();
    await expect(writeDevState(cwd, { ...stateAt(), pid: -1 })).rejects.toThrow('pid');
    expect(await readDevState(cwd)).toEqual({ status: 'none' });
  });
});

describe('the keys', () => {
  it('are made once, however many ask at once, and kept', async () => {
    const cwd = await newFolder();
    const made = await Promise.all(Array.from({ length: 8 }, () => devKeys(cwd)));
    await writeDevState(cwd, stateAt());
    await removeDevState(cwd);
    for (const keys of [...made, await devKeys(cwd)]) expect(keys).toEqual(made[0]);
    expect(parseKeyRing(await devKeys(cwd)).active).toBe('dev');
    expect(await modeOf(join(cwd, '.muster', 'keys.json'))).toBe(0o600);
    expect((await readdir(join(cwd, '.muster'))).sort()).toEqual(['.gitignore', 'keys.json']);
  });

  it('are not replaced when they can not be read', async () => {
    const cwd = await newFolder();
    const path = join(await makeDevFolder(cwd), 'keys.json');
    await writeFile(path, '{"keys":');
    await expect(devKeys(cwd)).rejects.toThrow(`${path} is not JSON`);
    expect(await readFile(path, 'utf8')).toBe('{"keys":');
  });
});
