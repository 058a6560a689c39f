// `${NAME}` and `${file:/path}` in the texts of a configuration. The values read are never part of a message.
import type { Path, PlacedFault } from './faults';

/** Where references are read from. */
export interface Sources {
  env: Readonly<Record<string, string | undefined>>;
  /** Content of a file as text; throws what `fs.readFileSync` throws. */
  readFile(path: string): string;
}

// `$${` first: it stands for `${` itself.
const REFERENCE = /\$\$\{|\$\{([^}]*)\}|\$\{/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Stands where a reference could not be read, so that what is around it can be checked all the same. */
const UNREAD = 'unread';

/**
 * Replaces the references in every text of a JSON value.
 * @returns the value, and one fault for each reference that could not be read
 */
export function interpolate(
  value: unknown,
  sources: Sources,
  at: Path = [],
): { value: unknown; faults: PlacedFault[] } {
  const faults: PlacedFault[] = [];
  const visit = (node: unknown, place: Path): unknown => {
    if (typeof node === 'string') return interpolateText(node, sources, place, faults);
    if (Array.isArray(node)) return node.map((item, index) => visit(item, [...place, index]));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, visit(item, [...place, key])]));
  };
  return { value: visit(value, at), faults };
}

function interpolateText(
  text: string,
  sources: Sources,
  at: Path,
  faults: PlacedFault[],
): string | undefined {
  let sound = true;
  const result = text.replace(REFERENCE, (whole: string, inside?: string) => {
    if (whole === '$${') return '${';
    const read = readReference(inside, sources);
    if ('value' in read) return read.value;
    sound = false;
    faults.push({ at, message: read.fault });
    return '';
  });
  return sound ? result : UNREAD;
}

type Read = { value: string } | { fault: string };

function readReference(inside: string | undefined, { env, readFile }: Sources): Read {
  if (inside?.startsWith('file:')) return readSecretFile(inside.slice('file:'.length), readFile);
  if (inside === undefined || !NAME.test(inside)) {
    return {
      fault:
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the two ways to write a reference
        'has a "${" that is no reference; expected ${NAME} or ${file:/path}, or $${ for the two characters',
    };
  }
  const value = Object.hasOwn(env, inside) ? env[inside] : undefined;
  if (value !== undefined) return { value };
  return { fault: `the environment variable ${inside} is not set; expected a value in it` };
}

function readSecretFile(path: string, readFile: Sources['readFile']): Read {
  try {
    // Editors and `echo` end a file with a line feed that is no part of the secret.
    return { value: readFile(path).replace(/(\r?\n)+$/, '') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { fault: `the file ${path} cannot be read (${code}); expected a file with the value in it` };
  }
}
