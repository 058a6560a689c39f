// Rows of a roster that mean the same person. The only thing of a roster that is kept whole in memory.
import type { RequestDocument } from '../request/schema';
import type { Fault } from '../vendors/definition';

interface Seen {
  line: number;
  connections: readonly string[];
}

/** Told of each row in turn, says what is wrong with it in view of those before. */
export type DuplicateCheck = (request: RequestDocument, line: number) => Fault[];

export function createDuplicateCheck(): DuplicateCheck {
  const keys = new Map<string, number>();
  const people = new Map<string, Seen[] | Seen>();
  const sets = new Map<string, readonly string[]>();

  /** Most rows name the same few sets of connections: one list for all of them. */
  function setOf(request: RequestDocument): readonly string[] {
    const names = Object.keys(request.accounts);
    const id = names.join(' ');
    const kept = sets.get(id) ?? names;
    sets.set(id, kept);
    return kept;
  }

  function keyFault({ key }: RequestDocument, line: number): Fault[] {
    const first = keys.get(key);
    if (first === undefined) keys.set(key, line);
    if (first === undefined) return [];
    const message = `is the key of line ${first} too; keep one row for a person, or give each person a key of their own`;
    return [{ path: 'key', message }];
  }

  /** One address is one account at a vendor: two keys for it would make one person twice, or mix two up. */
  function personFault(request: RequestDocument, line: number): Fault[] {
    const email = request.person.email.toLowerCase();
    const connections = setOf(request);
    const before = people.get(email);
    const seen = before === undefined ? [] : [before].flat();
    people.set(email, before === undefined ? { line, connections } : [...seen, { line, connections }]);
    for (const { line: first, connections: there } of seen) {
      const shared = connections.find((name) => there.includes(name));
      if (shared === undefined) continue;
      const message = `is the address of line ${first} too, under another key, and both have an account at ${shared}; one person has one key`;
      return [{ path: 'person.email', message }];
    }
    return [];
  }

  return (request, line) => {
    const repeated = keyFault(request, line);
    return repeated.length > 0 ? repeated : personFault(request, line);
  };
}
