// Looking for someone at Regpack: by the id that a request gives, and by reading the list through, one page an activity.
import type * as activities from '../../activities/regpack';
import type { Look } from '../../src/account/plan';
import { type Sought, type SoughtUser, tellingFields } from '../../src/vendors/regpack/judge';
import type { RegpackAccount } from '../../src/vendors/regpack/request';
import { addPage, NOTHING_READ, type Scan } from '../../src/vendors/regpack/scan';
import {
  fieldChanges,
  markerOf,
  projectFields,
  type RegpackDoc,
  type RegpackUser,
} from '../../src/vendors/regpack/shapes';
import { call, safeCalls } from '../account-run/calls';
import type { Asked } from '../account-run/ledgered';
import type { Looking } from '../account-run/looking';

type Run = Looking<RegpackAccount>;

/** How often a list that changed while it was read is read again. */
const SCANS = 3;

/** What a look for the user brought: by the given id, in this project or in another one, and from the list. */
export interface UserLook {
  here?: RegpackUser;
  elsewhere?: RegpackUser;
  scan?: Scan;
}

/**
 * Looks for the user: by the id where one is given, and in the list where that has to be.
 * An id that Regpack does not know would make a new user: then the run stands still, and nothing is sent.
 */
export async function lookForUser(run: Run, sought: SoughtUser, thorough: boolean): Promise<Asked<UserLook>> {
  const { cloginId } = sought;
  for (;;) {
    const { looks, words, ...known } =
      cloginId === undefined ? NOT_ASKED : await whereIs(run, cloginId, sought);
    if (known.here) return { looks, seen: known };
    const list = thorough ? await readList(run, 'verify', sought) : undefined;
    if (cloginId === undefined || known.elsewhere || (list && list.seen.hits.length > 0))
      return {
        looks: [...looks, ...(list?.looks ?? [])],
        seen: { ...known, ...(list && { scan: list.seen }) },
      };
    const where =
      run.plan.account.earlierGroupIds.length > 0 ? 'this project or the earlier ones' : 'this project';
    const said = words ? ` Regpack says: ${words}` : '';
    await run.park({
      step: 'verify',
      trouble: {
        code: 'refused',
        message:
          `Regpack knows no user with the clogin_id ${cloginId} in ${where}, and a create with it would make a new ` +
          `user. Nothing was created.${said}`,
      },
      decisions: ['retry', 'amend'],
      rule: () => Promise.resolve(undefined),
    });
  }
}

/** What asking for the id brought. */
interface Whereabouts extends Pick<UserLook, 'here' | 'elsewhere'> {
  looks: readonly Look[];
  /** Regpack's own. */
  words: string;
}

const NOT_ASKED: Whereabouts = { looks: [], words: '' };

/** Asks for the id in this project, then in the earlier ones that the connection names. */
async function whereIs(run: Run, cloginId: string, sought: SoughtUser): Promise<Whereabouts> {
  const { connection, account } = run.plan;
  const { getRegpackInfo } = safeCalls<typeof activities>(run.plan);
  const looks: Look[] = [];
  let words = '';
  for (const groupId of [undefined, ...account.earlierGroupIds]) {
    const own = groupId === undefined;
    // A field for our key is this project's own; another one may not have it.
    const fields = own ? tellingFields(sought) : ['main_email', 'username'];
    const { look, user, here, ...answer } = await run.safe('verify', () =>
      call('verify: by clogin_id', getRegpackInfo, {
        connection,
        cloginId,
        fields,
        ...(!own && { groupId }),
      }),
    );
    looks.push(look);
    words ||= answer.words;
    if (user) return { looks, words, ...(own && here ? { here: user } : { elsewhere: user }) };
  }
  return { looks, words };
}

/** Reads a user who was there before, and what of the wanted fields differs. */
export async function lookAtFields(
  run: Run,
  userId: string,
): Promise<{ user: RegpackUser; doc: RegpackDoc }> {
  const { connection, key, account } = run.plan;
  const wanted = projectFields(account.fields, markerOf(account, key));
  const { getRegpackInfo } = safeCalls<typeof activities>(run.plan);
  const info = { connection, cloginId: userId, fields: Object.keys(wanted) };
  for (;;) {
    const { user, here } = await run.safe(
      'profile',
      () => call('read the fields', getRegpackInfo, info),
      true,
    );
    if (user && here) {
      if (user.statusId !== undefined && user.statusId === String(account.excludedStatusId))
        run.note(`User ${userId} has the status that excludes, and was left so.`);
      return { user, doc: fieldChanges(user.values, wanted) };
    }
    await run.park({
      step: 'profile',
      trouble: { code: 'conflict', message: `User ${userId} is not in this project any more.` },
      decisions: ['retry', 'skip'],
      rule: () => Promise.resolve(undefined),
    });
  }
}

/** Reads the whole list; one that changes meanwhile is read again. */
export async function readList(run: Run, step: string, sought: Sought): Promise<Asked<Scan>> {
  const { connection } = run.plan;
  const { listRegpackUsers } = safeCalls<typeof activities>(run.plan);
  for (let round = 1; ; round += 1) {
    const looks: Look[] = [];
    let scan = NOTHING_READ;
    while (scan.next !== undefined) {
      const position = scan.next;
      const page = await run.safe(step, () =>
        call(`read the list from ${position}`, listRegpackUsers, { connection, position, sought }),
      );
      looks.push(page.look);
      scan = addPage(scan, page);
    }
    const found = scan.flaw ?? `${scan.users.length} users, ${scan.hits.length} of interest`;
    run.witness(step, `read the list (pages: ${scan.pages})`, found);
    if (scan.flaw === undefined || round === SCANS) return { looks, seen: scan };
  }
}

/** Half a list shows who is there, never who is not. */
export function judgeScan<V extends { is: string }>(
  scan: Scan,
  verdict: V,
): V | { is: 'unsure'; message: string } {
  if (scan.flaw === undefined || verdict.is !== 'absent') return verdict;
  return { is: 'unsure', message: `Regpack's list proves nothing: ${scan.flaw}.` };
}
