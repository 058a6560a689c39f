// What goes wrong in the demo, on purpose: the vendors' own ways to fail that make others create a person twice.
import type { Playground } from '../../dev/playground';
import type { RequestDocument } from '../../request/schema';
import type { FaultPlan } from '../../simulators';

export interface Mishap {
  connection: string;
  /** Last name of the sample person that meets it, as it begins. */
  lastName: string;
  /** The step whose trail shows how it was settled. */
  step: string;
  fault: FaultPlan & { call: string };
  /** What goes wrong, in plain words. */
  told: string;
  /** What settled it, where the run's trail does not show it. */
  settled?: string;
}

export const MISHAPS: readonly Mishap[] = [
  {
    connection: 'ethosce',
    lastName: 'Lovelace',
    step: 'create',
    fault: { kind: 'drop-after', call: 'create user' },
    told: 'EthosCE makes the user, and its answer is lost',
  },
  {
    connection: 'ethosce',
    lastName: 'Quillfeather',
    step: 'profile',
    fault: { kind: 'drop-after', call: 'create profile' },
    told: 'EthosCE makes the profile, and its answer is lost',
  },
  {
    connection: 'ethosce',
    lastName: 'Fernsby',
    step: 'create',
    fault: { kind: 'error-before', status: 503, call: 'create user' },
    told: 'EthosCE answers 503 and makes nothing; nobody can tell that from the answer',
  },
  {
    connection: 'pha-demo',
    lastName: 'Fernsby',
    step: 'create',
    fault: { kind: 'rate-limited', retryAfter: 2, call: 'create user' },
    told: 'PHA answers 429, Retry-After: 2',
  },
  {
    connection: 'pha-demo',
    lastName: "O'Briain",
    step: 'create',
    fault: { kind: 'drop-after', call: 'create user' },
    told: 'PHA makes the user, its answer is lost, and PHA cannot be asked who exists',
  },
  {
    connection: 'onefile',
    lastName: 'Fernsby',
    step: 'create',
    fault: { kind: 'drop-after', call: 'create user' },
    told: 'OneFile makes the learner, and its answer is lost',
  },
  {
    connection: 'onefile',
    lastName: 'Marlowe-Voss',
    step: 'create',
    fault: { kind: 'expired-token', call: 'create user' },
    told: "OneFile's session runs out right before the create",
    settled: 'a 401 proves that nothing was done: the session was renewed, and the create sent again at once',
  },
  {
    connection: 'hotdocs',
    lastName: 'Quillfeather',
    step: 'create',
    fault: { kind: 'drop-after', call: 'create user' },
    told: 'HotDocs makes the user, and its answer is lost',
  },
  {
    connection: 'regpack',
    lastName: 'Appleyard',
    step: 'create',
    fault: { kind: 'drop-after', call: 'create user' },
    told: 'Regpack makes the user, and its answer is lost',
  },
];

/** Whom a mishap meets, of those who have an account there. */
export function meetsWhom(mishap: Mishap, people: readonly RequestDocument[]): RequestDocument | undefined {
  return people.find(
    ({ person, accounts }) => mishap.connection in accounts && person.lastName.startsWith(mishap.lastName),
  );
}

/** Plans every mishap that somebody meets. */
export function planMishaps(playground: Playground, people: readonly RequestDocument[]): void {
  for (const mishap of MISHAPS) {
    const whom = meetsWhom(mishap, people);
    if (whom) playground.get(mishap.connection)?.inject({ ...mishap.fault, contains: textOf(mishap, whom) });
  }
}

/** By what a person's requests of that call are known. */
function textOf({ fault }: Mishap, { person }: RequestDocument): string {
  return fault.call === 'create profile' ? person.lastName : person.email;
}

/** Whether it came to pass: a demo that tells of a fault which never happened would prove nothing. */
export function wasMet(mishap: Mishap, whom: RequestDocument, playground: Playground): boolean {
  const { connection, fault } = mishap;
  const requests = playground.get(connection)?.requests() ?? [];
  return requests.some(
    (request) =>
      request.call === fault.call &&
      request.fault === fault.kind &&
      JSON.stringify(request.body).includes(textOf(mishap, whom)),
  );
}

/** Every id of PHA's form becomes another one, as its document warns. */
export function changeForm(playground: Playground): void {
  playground.get('pha-demo')?.set('idShift', 1_000);
}
export const FORM_CHANGED = 'PHA gives its form other ids: form, block and every attribute';
