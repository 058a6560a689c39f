// Takes personal values out of texts that others wrote: a vendor's error often repeats what it was sent.
import type { RequestDocument } from './schema';

/** Shorter values ("F", "us") stand in any text by chance. */
const SHORTEST = 3;

/** Members whose values are words of Muster or of a vendor, or ids that are shown anyway. */
const PUBLIC_MEMBERS = new Set([
  ...['environment', 'role', 'roles', 'key', 'assessmentDate', 'connection', 'step', 'kind', 'ground'],
  ...['userId', 'uid', 'pid', 'aid', 'id', 'user', 'cloginId', 'clogin_id', 'parent', 'credentials'],
  ...['type', 'module', 'action', 'attribute_code'],
]);

/**
 * Every text of the person and the accounts that is, or may be, personal; each once, longest first.
 * Texts shorter than three characters are left out.
 */
export function personalValues({ person, accounts }: RequestDocument): string[] {
  return personalTexts([person, ...Object.values(accounts)]);
}

/** The same of any plain data that goes to a vendor or an activity: a body, a query, an input. */
export function personalTexts(data: unknown): string[] {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node === 'string' && node.trim().length >= SHORTEST) found.add(node.trim());
    if (typeof node !== 'object' || node === null) return;
    for (const [name, value] of Object.entries(node)) {
      // A list of fields names them; an object of fields holds their values.
      const isPublic = PUBLIC_MEMBERS.has(name) || (name === 'fields' && Array.isArray(value));
      if (Array.isArray(node) || !isPublic) visit(value);
    }
  };
  visit(data);
  return [...found].sort((a, b) => b.length - a.length);
}

/** Stands where a value was. */
export const SCRUBBED = '[…]';

/** Also where nobody knows whose it is, an address tells of a person. */
const ADDRESS = /[^\s@<>"'(),;:=&?]+(?:@|%40|&#0*64;)[^\s@<>"'(),;:=&?]+\.[\p{L}]{2,}/giu;

/** What a vendor said, as it may be kept: without the values, and without any e-mail address. */
export function withoutPersonal(text: string, values: readonly string[]): string {
  return scrub(text, values).replace(ADDRESS, SCRUBBED);
}

/**
 * The text without the values: in any case, and also where it holds them escaped for HTML, JSON or an address.
 * @param values as `personalValues` gives them
 */
export function scrub(text: string, values: readonly string[]): string {
  if (values.length === 0) return text;
  // The longest first, so that no rest of it stays when a shorter one is part of it.
  const longestFirst = values.toSorted((a, b) => b.length - a.length).map(patternOf);
  return text.normalize('NFC').replace(new RegExp(longestFirst.join('|'), 'giu'), SCRUBBED);
}

/** Every way of writing a value: each character as it is, or escaped. */
function patternOf(value: string): string {
  const pattern = [...value.normalize('NFC')].map(anyFormOf).join('');
  // Ann is not meant by "annotate", nor Ada by "Canada".
  return /^\p{L}{1,4}$/u.test(value) ? `(?<!\\p{L})${pattern}(?!\\p{L})` : pattern;
}

const NAMED_ENTITIES: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

function anyFormOf(character: string): string {
  // Letters and digits of ASCII are never escaped by anyone.
  if (/^[A-Za-z0-9]$/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const utf8 = [...Buffer.from(character, 'utf8')].map((byte) => `%${hex(byte, 2)}`).join('');
  const utf16 = Array.from({ length: character.length }, (_, i) => `\\\\u${hex(character.charCodeAt(i), 4)}`);
  const entity = Object.hasOwn(NAMED_ENTITIES, character) ? [`&${NAMED_ENTITIES[character]};`] : [];
  const forms = [
    /^\s$/u.test(character) ? '\\s+' : escaped(character),
    `&#0*${code};`,
    `&#x0*${code.toString(16)};`,
    utf8,
    utf16.join(''),
    ...entity,
    ...(/^\s$/u.test(character) ? ['\\+', '&nbsp;'] : []),
    ...(/^["\\/]$/.test(character) ? [`\\\\${escaped(character)}`] : []),
  ];
  return `(?:${forms.join('|')})`;
}

function escaped(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}
