// YAML for configurations: references anywhere, positions of every fault, and no line of the file in any message.
import { isMap, isSeq, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml';
import type { Fault } from '../vendors/definition';
import { ConfigError } from './config-error';
import { type Path, type PlacedFault, toFault } from './faults';
import { isRecord } from './json';

/** A YAML text as data, with the way back to its lines. */
export interface YamlFile {
  /** A map. */
  value: unknown;
  /** Whether a key is there, whatever its value. */
  has(at: Path): boolean;
  locate(fault: PlacedFault): Fault;
}

// A reference is no YAML inside `{ … }`: its braces would open a map of their own. While the text is read, they are
// replaced by characters that mean nothing to YAML, one for one, so that every position stays true.
const OPEN = '\uE000';
const CLOSE = '\uE001';

function shield(text: string): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*|file:[^\s{}]+)\}/g, `$$${OPEN}$1${CLOSE}`);
}

function unshield(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(OPEN, '{').replaceAll(CLOSE, '}');
  if (Array.isArray(value)) return value.map(unshield);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [unshield(key), unshield(item)]));
}

/**
 * Reads a configuration's YAML 1.2.
 * @throws ConfigError in words of our own, as the parser's may hold parts of the file
 */
export function readYaml(text: string, source: string | undefined): YamlFile {
  const lines = new LineCounter();
  // Pretty errors would quote lines of the file, secrets and all; nobody shall come to show them.
  const document = parseDocument(shield(text), { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => yamlFault(error, lineAt(error.pos[0])));
    throw new ConfigError(faults, source);
  }
  const content = toValue(() => document.toJS(), source);
  return {
    value: content,
    has: (at) => document.hasIn(at),
    locate: (fault) => {
      const offset = offsetOf(document.contents, fault.at);
      return { ...toFault(fault), ...(offset === undefined ? {} : { line: lineAt(offset) }) };
    },
  };
}

function toValue(read: () => unknown, source: string | undefined): unknown {
  let value: unknown;
  try {
    value = unshield(read());
  } catch {
    const message =
      'has an alias (*name) without its anchor (&name), or too many; write such a text in quotes';
    throw new ConfigError([{ path: '', message }], source);
  }
  if (isRecord(value)) return value;
  const message =
    value === null ? 'is empty; expected connections' : 'is not a map; expected keys such as connections';
  throw new ConfigError([{ path: '', message }], source);
}

/** Our own words for YAML's errors: its own may hold parts of the file. */
const YAML_WORDS: Partial<Record<YAMLError['code'], string>> = {
  DUPLICATE_KEY: 'this key stands twice in its map; keep one of them',
  TAB_AS_INDENT: 'is indented by a tab; YAML wants spaces',
  BAD_INDENT: 'is indented in another way than the lines around it',
  MISSING_CHAR: 'something is left open here or before: a quote, a bracket, a brace or a colon',
  MULTIPLE_DOCS: 'begins a second document; expected one',
  MULTILINE_IMPLICIT_KEY: 'is not a key with a value; expected key: value on one line',
  BAD_SCALAR_START: 'begins with a character that has a meaning in YAML; put the text in quotes',
};

function yamlFault(error: YAMLError, line: number): Fault {
  return {
    path: '',
    line,
    message: YAML_WORDS[error.code] ?? 'is not YAML; check quotes, braces and indent',
  };
}

/** Where a place in the document begins; for a key that is not there, where its map begins. */
function offsetOf(root: Node | null, at: Path): number | undefined {
  let node: unknown = root;
  let offset: number | undefined;
  for (const part of at) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(key) === String(part));
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}
