// The proof of the demo, from the vendors' side: what their own tables hold once all is done.
import type { ResultDocument } from '../../account/result';
import type { Playground } from '../../dev/playground';
import type { RequestDocument } from '../../request/schema';
import type { Simulator } from '../../simulators';
import { isOf } from './operator';

export interface Check {
  connection: string;
  key: string;
  /** How many people with this e-mail address the vendor has. */
  people: number;
  /** How many requests made the vendor create one. */
  creates: number;
  /** What hangs on the person there: profiles, assessments, family. */
  parts: string;
  /** One person, one create, and the id that the result names. */
  sound: boolean;
}

export function checkPeople(
  playground: Playground,
  people: readonly RequestDocument[],
  documents: readonly ResultDocument[],
): Check[] {
  return [...playground].flatMap(([connection, simulator]) =>
    people
      .filter(({ accounts }) => connection in accounts)
      .map((request) => {
        const document = documents.find(({ key }) => key === request.key);
        return checkPerson(connection, simulator, request, document?.accounts[connection]?.userId ?? null);
      }),
  );
}

function checkPerson(
  connection: string,
  simulator: Simulator,
  request: RequestDocument,
  userId: string | null,
): Check {
  const there = simulator.people().filter(({ email }) => isOf(request, email));
  const creates = simulator
    .requests()
    .filter(
      ({ call, committed, body }) => call === 'create user' && committed && names(body, request),
    ).length;
  const children = childrenOf(request, connection).map(
    ({ firstName, lastName }) =>
      simulator.people().filter((one) => one.firstName === firstName && one.lastName === lastName).length,
  );
  // At Regpack a family shares one address; the others are its children.
  const [main, ...more] = there.filter(({ roles }) => !roles.includes('child'));
  const parts = [
    ...(['pha', 'ethosce'].includes(simulator.vendor)
      ? [`${main?.profiles.length ?? 0} ${simulator.vendor === 'pha' ? 'assessment' : 'profile'}`]
      : []),
    ...(children.length > 0 ? [`${children.filter((count) => count === 1).length} children, once each`] : []),
  ];
  const whole =
    (['pha', 'ethosce'].includes(simulator.vendor) ? main?.profiles.length === 1 : true) &&
    children.every((count) => count === 1);
  const count = more.length + (main ? 1 : 0);
  return {
    connection,
    key: request.key,
    people: count,
    creates,
    parts: parts.join(', '),
    sound: count === 1 && creates === 1 && whole && main?.id === userId,
  };
}

function names(body: unknown, { person }: RequestDocument): boolean {
  return JSON.stringify(body ?? '')
    .toLowerCase()
    .includes(person.email.toLowerCase());
}

function childrenOf(request: RequestDocument, connection: string): { firstName: string; lastName: string }[] {
  const { children } = (request.accounts[connection] ?? {}) as { children?: unknown };
  return Array.isArray(children) ? children : [];
}
