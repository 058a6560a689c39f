// Ctrl-C and its relatives: the first asks for an orderly end, the second does not wait for it.
import { EXIT } from './exit';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  /** Aborted by the first signal; its reason is the signal's name. */
  readonly signal: AbortSignal;
  /** Settles at the first signal. */
  readonly asked: Promise<void>;
  /** Gives the signals back to Node. */
  release(): void;
}

/**
 * Catches the signals that end a program.
 * @param onForced told before a second signal ends the process at once
 */
export function catchInterrupts(onForced: () => void = () => {}): Interruption {
  const controller = new AbortController();
  let ask = () => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      onForced();
      process.exit(EXIT.interrupted);
    }
    controller.abort(name);
    ask();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    asked,
    release: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
