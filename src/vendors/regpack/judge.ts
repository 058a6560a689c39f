// Whom a look at Regpack found (design.md, "Adoption" and "Settling"). Pure: workflow code uses it.
import { type Marker, type RegpackUser, sameText, valueText } from './shapes';

/** The user that a run is about. */
export interface SoughtUser {
  username: string;
  email: string;
  marker?: Marker;
  /** The id that the request gives. */
  cloginId?: string;
}

/** The child that a step is about. */
export interface SoughtChild {
  parent: string;
  firstName: string;
  lastName: string;
  marker?: Marker;
}

export type Sought = SoughtUser | SoughtChild;

export type RegpackVerdict =
  | { is: 'found'; who: string; mine: boolean }
  | { is: 'absent' }
  | { is: 'unsure'; message: string }
  | { is: 'conflict'; message: string }
  | { is: 'several'; message: string };

/** The values to ask for, so that whoever is shown can be told. */
export function tellingFields(sought: Sought): string[] {
  const marker = sought.marker ? [sought.marker.field] : [];
  return 'parent' in sought
    ? ['first_name', 'last_name', 'main_email', ...marker]
    : ['main_email', 'username', ...marker];
}

/** Whether someone in the list may be the one. */
export function mayBe(user: RegpackUser, sought: Sought): boolean {
  if ('parent' in sought)
    return user.parent === sought.parent && (isKeyed(user, sought) || isNamed(user, sought));
  if (user.parent !== undefined) return false;
  return (
    user.cloginId === sought.cloginId ||
    isKeyed(user, sought) ||
    sameText(user.values.main_email, sought.email) ||
    sameText(user.values.username, sought.username)
  );
}

export function judgeUser(
  hits: readonly RegpackUser[],
  sought: SoughtUser,
  when: 'before' | 'settle',
): RegpackVerdict {
  const [hit, ...more] = hits;
  if (!hit) return { is: 'absent' };
  const ours = hits.filter(
    (user) => bearsOurMark(user, sought) && sameText(user.values.main_email, sought.email),
  );
  const [own, ...rivals] = ours;
  // Our key in its own field settles it; so does our log-in, once it was sent.
  if (own && rivals.length === 0 && (sought.marker || when === 'settle'))
    return { is: 'found', who: own.cloginId, mine: true };
  if (more.length > 0)
    return {
      is: 'several',
      message: `${hits.length} users have this person's e-mail address, log-in or key: ${ids(hits)}.`,
    };
  return judgeOne(hit, sought);
}

/** One user who may be the one: by the list, or by the id that the request gives. */
export function judgeOne(
  user: RegpackUser,
  sought: SoughtUser,
): Extract<RegpackVerdict, { is: 'found' | 'conflict' }> {
  const who = user.cloginId;
  const key = sought.marker && valueText(user.values[sought.marker.field]);
  if (user.parent !== undefined)
    return {
      is: 'conflict',
      message: `User ${who} is a child of user ${user.parent}; only parents can be taken.`,
    };
  if (key !== undefined && key !== sought.marker?.key)
    return { is: 'conflict', message: `User ${who} bears another key than this person's.` };
  const email = valueText(user.values.main_email);
  // get_info by the very id may keep the address to itself; the list was asked for it.
  const proven = email === undefined ? who === sought.cloginId : sameText(email, sought.email);
  if (!proven)
    return {
      is: 'conflict',
      message: `User ${who} has another e-mail address than this person, and the log-in, key or id that we gave.`,
    };
  return { is: 'found', who, mine: bearsOurMark(user, sought) };
}

export function judgeChild(hits: readonly RegpackUser[], sought: SoughtChild): RegpackVerdict {
  const { marker } = sought;
  const keyed = hits.filter((child) => isKeyed(child, sought));
  // A child of the same name with another key is another child.
  const named = hits.filter(
    (child) => isNamed(child, sought) && (!marker || valueText(child.values[marker.field]) === undefined),
  );
  const found = keyed.length > 0 ? keyed : named;
  const [child, ...more] = found;
  if (!child) return { is: 'absent' };
  if (more.length > 0)
    return {
      is: 'several',
      message: `${found.length} children of user ${sought.parent} fit: ${ids(found)}.`,
    };
  return { is: 'found', who: child.cloginId, mine: !marker || keyed.length > 0 };
}

/** Where the project has a field for our key, that alone is our mark; else the log-in, or the id that we sent. */
function bearsOurMark(user: RegpackUser, sought: SoughtUser): boolean {
  if (user.cloginId === sought.cloginId) return true;
  if (sought.marker) return isKeyed(user, sought);
  const username = valueText(user.values.username);
  // A list that shows no log-ins: ours is the e-mail address itself, unless the request says otherwise.
  return sameText(username ?? user.values.main_email, sought.username);
}

function isKeyed(user: RegpackUser, { marker }: Sought): boolean {
  return marker !== undefined && valueText(user.values[marker.field]) === marker.key;
}

function isNamed({ values }: RegpackUser, { firstName, lastName }: SoughtChild): boolean {
  return sameText(values.first_name, firstName) && sameText(values.last_name, lastName);
}

function ids(users: readonly RegpackUser[]): string {
  return users.map(({ cloginId }) => cloginId).join(', ');
}
