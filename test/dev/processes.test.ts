import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { bindToThisProcess, isAlive } from '../../src/dev/processes';
import { untilGone } from './support';

const sleepers: ChildProcess[] = [];
const startSleeper = () => {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  sleepers.push(child);
  return child;
};
afterAll(() => {
  for (const child of sleepers) child.kill('SIGKILL');
});

it('isAlive tells the living from the dead', async () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(isAlive(1)).toBe(true);
  const child = startSleeper();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(child.pid ?? 0)).toBe(false);
});

describe('bindToThisProcess', () => {
  it('leaves neither watchdog nor listener behind when the child ends by itself', async () => {
    const listeners = process.listenerCount('exit');
    const child = startSleeper();
    const watchdog = bindToThisProcess(child);
    expect(process.listenerCount('exit')).toBe(listeners + 1);
    child.kill('SIGKILL');
    const [code] = await once(watchdog as ChildProcess, 'exit');
    expect(code).toBe(0);
    expect(process.listenerCount('exit')).toBe(listeners);
  });

  it('ends the child when the pipe to the watchdog breaks, as it does when this process dies', async () => {
    const child = startSleeper();
    bindToThisProcess(child)?.stdin?.destroy();
    await untilGone(child.pid ?? 0);
    expect(child.signalCode).toBe('SIGTERM');
  });
});
