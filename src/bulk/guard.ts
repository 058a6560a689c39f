// Keeps spreadsheets from taking text for a formula. The guard is an apostrophe before the first character, which
// spreadsheets hide; a roster that is read has it taken off again, so that results can be fed back as they are.

/** What spreadsheets begin a formula with; the wide forms are taken for the narrow ones. */
const STARTS_FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

export function guardCell(text: string): string {
  return STARTS_FORMULA.test(text) ? `'${text}` : text;
}

export function unguardCell(text: string): string {
  return text.startsWith("'") && STARTS_FORMULA.test(text.slice(1)) ? text.slice(1) : text;
}
