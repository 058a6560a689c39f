// The sentences of faults, and the schemas of plain values that speak them, so that configuration and requests sound
// alike. A sentence never repeats a value, only words of a fixed set.
import { z } from 'zod';

export type ErrorMap = (issue: z.core.$ZodRawIssue) => string;

/** What a value is, without saying it. */
export function kindOf(value: unknown): string {
  if (value === null || value === '') return 'empty';
  if (typeof value === 'string') return value.trim() === '' ? 'empty' : 'text';
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return 'true or false';
  if (Array.isArray(value)) return 'a list';
  return 'an object';
}

/**
 * The sentence of a field for whatever is wrong with it.
 * @param what what was expected, e.g. `a whole number`
 * @param wrong said of a value that has the right type and still won't do
 */
export function expected(what: string, wrong = 'is not valid'): ErrorMap {
  return ({ code, input }) => {
    if (input === undefined) return `is missing; expected ${what}`;
    const kind = kindOf(input);
    if (code === 'invalid_type' || code === 'invalid_union' || kind === 'empty') {
      return `is ${kind}; expected ${what}`;
    }
    return `${wrong}; expected ${what}`;
  };
}

const TYPE_WORDS: Record<string, string> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** For schemas that say nothing of their own. */
export const plainSentence: ErrorMap = (issue) => {
  const type = issue.code === 'invalid_type' ? issue.expected : '';
  return expected(TYPE_WORDS[type] ?? 'another value')(issue);
};

/** One of a few fixed words; the word given is repeated if it looks like one. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  const list = words.join(', ');
  return z.enum(words, {
    error: ({ input }) => {
      if (input === undefined) return `is missing; expected one of ${list}`;
      if (typeof input !== 'string' || !/^[\w-]{1,40}$/.test(input)) return `expected one of ${list}`;
      return `is ${input}; ${didYouMean(input, words)}expected one of ${list}`;
    },
  });
}

/** Text that is not blank and does not begin or end with white space. */
export function text(what = 'a text') {
  return z.string({ error: expected(what) }).superRefine((value, context) => {
    const message = textFault(value, what);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

function textFault(value: string, what: string): string | undefined {
  if (value.trim() === '') return `is empty; expected ${what}`;
  if (value.trim() !== value) return 'begins or ends with white space; take it away';
  // Control characters break headers, lists and log lines alike.
  return /\p{Cc}/u.test(value) ? 'has a control character in it; take it away' : undefined;
}

/** `did you mean x? ` or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const close = closest(word, known);
  return close === undefined ? '' : `did you mean ${close}? `;
}

/** The known word that someone most likely meant. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(plain(word), plain(candidate)) }))
    .filter((entry) => entry.distance <= Math.max(1, Math.floor(entry.candidate.length / 4)))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** Edits (insert, delete, replace, swap neighbours) between two words. */
function distance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (older[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    older = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** What is wrong with a key that is not known at its place. */
export function unknownKey(key: string, known: readonly string[]): string {
  const close = closest(key, known);
  if (close !== undefined) return `is not a known key; did you mean ${close}?`;
  return known.length === 0 ? 'is not a known key' : `is not a known key; known here are ${known.join(', ')}`;
}
