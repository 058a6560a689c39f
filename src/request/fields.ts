// The kinds of value that a request's fields have, as zod schemas without transforms: a request stays as it was given.
import { z } from 'zod';
import { expected } from '../config/words';

/** Whether `YYYY-MM-DD` is a day of the calendar. */
export function isCalendarDate(value: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

/** Whether `hh:mm:ss` is a time of the day. */
export function isTimeOfDay(value: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(value);
}

/** A day of the calendar, `YYYY-MM-DD`. */
export function calendarDate() {
  const error = expected('a date as YYYY-MM-DD, such as 1990-01-31', 'is not a date of the calendar');
  return z.string({ error }).refine(isCalendarDate, { error });
}

/** A vendor's number for something, from 1. */
export function idNumber(what: string) {
  const error = expected(what, 'is not one');
  return z.int({ error }).positive({ error });
}

const KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;

/** The caller's stable id of a person. */
export function personKey() {
  const what = '1 to 60 letters, digits, ".", "_" or "-", beginning with a letter or digit';
  const error = expected(what, 'has another form');
  return z.string({ error }).superRefine((value, context) => {
    if (KEY.test(value)) return;
    const message = value.includes('@')
      ? 'looks like an e-mail address; give your own lasting id of the person, such as a staff number: addresses change, and the key is shown in ids and searches'
      : error({ code: 'custom', input: value });
    context.addIssue({ code: 'custom', message });
  });
}

/** One mailbox, `local@host.domain`, in the lengths that mail allows. Letters of any script. */
export function emailAddress() {
  const error = expected('an e-mail address such as ada@example.org', 'is not an e-mail address');
  return z.string({ error }).refine(isEmail, { error });
}

function isEmail(value: string): boolean {
  const at = value.lastIndexOf('@');
  const local = value.slice(0, at);
  const labels = value.slice(at + 1).split('.');
  return (
    at > 0 &&
    value.length <= 254 &&
    local.length <= 64 &&
    /^[^\s\p{Cc}@()<>[\]:;,"\\.]+(\.[^\s\p{Cc}@()<>[\]:;,"\\.]+)*$/u.test(local) &&
    labels.length >= 2 &&
    labels.every((label) => /^[\p{L}\p{N}]([\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?$/u.test(label))
  );
}
