// The two ways out: stdout holds the answer only, stderr everything that is said on the way. On a terminal the last
// line of stderr may live; elsewhere there are plain lines.
import { createColors } from 'picocolors';

type Colors = ReturnType<typeof createColors>;

function colorsFor(stream: NodeJS.WriteStream): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  return createColors(!NO_COLOR && (Boolean(FORCE_COLOR) || (stream.isTTY === true && TERM !== 'dumb')));
}

/** Colours for what goes to stdout. */
export const ink: Colors = colorsFor(process.stdout);
/** Colours for what goes to stderr. */
export const tint: Colors = colorsFor(process.stderr);

/** Whether a living line can be shown. */
export const isTerminal: boolean = process.stderr.isTTY === true && process.env.TERM !== 'dumb';

/** The answer, as text. */
export function answer(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The answer, as the one JSON document that `--json` promises. */
export function answerJson(value: unknown): void {
  answer(JSON.stringify(value, undefined, 2));
}

let living = '';

const CLEAR_LINE = '\r\u001b[K';

/** One or more lines on stderr; a living line stays below them. */
export function say(text = ''): void {
  process.stderr.write(living === '' ? `${text}\n` : `${CLEAR_LINE}${text}\n${living}`);
}

/** Sets the living line; an empty text takes it away. Does nothing where there is no terminal. */
export function live(text: string): void {
  if (!isTerminal || (text === '' && living === '')) return;
  living = text.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1));
  process.stderr.write(CLEAR_LINE + living);
}
