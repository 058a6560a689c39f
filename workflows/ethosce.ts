// EthosCE (vendor-docs/ethosce.txt): verify by mail, name and SSO id; create the user; link its SSO id; create or update its
// profile, the second of the two things that make an account; merge its roles.
import type * as activities from '../activities/ethosce';
import type { Made, ResultDocument } from '../src/account/result';
import type { RequestDocument } from '../src/request/schema';
import { sameText } from '../src/vendors/ethosce/fold';
import type { EthosceUserRef } from '../src/vendors/ethosce/judge';
import type { EthosceAccount } from '../src/vendors/ethosce/request';
import {
  type EthosceProfile,
  mergeRoles,
  profileChanges,
  profileFields,
} from '../src/vendors/ethosce/shapes';
import { call, quickCalls, safeCalls } from './account-run/calls';
import { createOnce } from './account-run/create-once';
import { accountRun, type Purpose } from './account-run/lifecycle';
import type { AccountRun } from './account-run/run';
import type { Undone } from './account-run/undo';
import { noteBlocked, profileCreation, ssoCreation, userCreation } from './ethosce/creations';

type Run = AccountRun<EthosceAccount>;

/** How often a role set that others write to is merged anew before a person has to look. */
const ROLE_MERGES = 3;
const ROLES_COUNT_MS = 10_000;

export async function provisionEthosceUser(
  request: RequestDocument,
  purpose?: Purpose,
): Promise<ResultDocument> {
  return accountRun<EthosceAccount>(request, { provision, undo }, purpose);
}

async function provision(run: Run): Promise<void> {
  const { uid } = await run.mustStep('create', () => createUser(run));
  if (run.plan.account.ssoId !== undefined) await run.step('sso', () => linkSso(run, uid));
  const roles = new RolesRead(run, uid);
  await run.step('profile', () => giveProfile(run, uid, () => roles.begin()));
  await run.step('roles', () => giveRoles(run, uid, roles));
}

async function createUser(run: Run): Promise<EthosceUserRef> {
  const { who, provenance } = await createOnce(run, userCreation(run));
  run.result.userId = who.uid;
  run.result.provenance = provenance;
  noteBlocked(run, who);
  return who;
}

async function linkSso(run: Run, uid: string): Promise<void> {
  const { who } = await createOnce(run, ssoCreation(run, uid));
  if (who !== undefined) run.result.ids.ssoLinkId = who;
}

/** @param beside called when the profile is looked for: what can be read at the same time */
async function giveProfile(run: Run, uid: string, beside: () => void): Promise<void> {
  const { connection, person, account } = run.plan;
  const writes = safeCalls<typeof activities>(run.plan);
  const creation = profileCreation(run, uid);
  let fresh = false;
  const { who } = await createOnce<EthosceProfile[], EthosceProfile>(run, {
    ...creation,
    look() {
      beside();
      return creation.look();
    },
    async send(ground) {
      const outcome = await creation.send(ground);
      fresh = outcome.kind === 'done';
      return outcome;
    },
  });
  run.result.ids.profileId = who.pid;
  // What was just sent says what is wanted; what was there before may not.
  if (fresh) return;
  const fields = profileChanges(who.fields, profileFields(person, account));
  if (Object.keys(fields).length === 0) return;
  await run.safe(
    'profile',
    () =>
      call('update the fields of the profile that differ', writes.updateEthosceProfile, {
        connection,
        pid: who.pid,
        fields,
      }),
    true,
  );
  run.witness('profile', 'updated the profile', `fields: ${Object.keys(fields).join(', ')}`);
}

/** An account's roles as they are read beside something else. What was read counts for a while: a run may stand still meanwhile. */
class RolesRead {
  private begun: { at: number; roles: Promise<number[] | undefined> } | undefined;
  private isTried = false;

  constructor(
    private readonly run: Run,
    private readonly uid: string,
  ) {}

  /** A profile that is looked for again, since its send was lost, takes longer than this read would count. */
  begin(): void {
    if (this.isTried || !wantsRoles(this.run)) return;
    this.isTried = true;
    const roles = this.read();
    // Whoever needs it meets the same, and deals with it.
    roles.catch(() => undefined);
    this.begun = { at: Date.now(), roles };
  }

  /** Undefined where the account is not there. */
  async now(): Promise<number[] | undefined> {
    const { begun } = this;
    this.begun = undefined;
    if (begun && Date.now() - begun.at < ROLES_COUNT_MS) return begun.roles;
    return this.read();
  }

  private async read(): Promise<number[] | undefined> {
    const { connection } = this.run.plan;
    const { findEthosceUserById } = quickCalls<typeof activities>(this.run.plan);
    const { value } = await call('read the roles', findEthosceUserById, { connection, uid: this.uid });
    return value[0]?.roles;
  }
}

function wantsRoles({ plan: { account } }: Run): boolean {
  return account.roles.length > 0 || account.removeRoles.length > 0;
}

async function giveRoles(run: Run, uid: string, roles: RolesRead): Promise<void> {
  if (!wantsRoles(run)) return;
  const { connection, account } = run.plan;
  const wanted = { roles: account.roles, removeRoles: account.removeRoles };
  const there = await run.safe('roles', () => roles.now(), true);
  const { add, remove } = mergeRoles(there ?? [], wanted);
  if (there && add.length === 0 && remove.length === 0) {
    run.witness('roles', 'read the roles', `all as wanted: [${there}]`);
    return;
  }
  // Put down before it is written: a merge whose answer was lost is made again, and then finds our own roles among those that
  // were there. Of an account that we made there is nothing to be kept.
  if (!isOurs(run) && add.length > 0) run.record('roles', { how: 'changed', added: allAdded(run, add) });
  const merges = safeCalls<typeof activities>(run.plan, 3);
  for (let merge = 1; ; merge += 1) {
    const update = await run.safe(
      'roles',
      () =>
        call('read the roles, write the merged set, read it back', merges.updateEthosceRoles, {
          connection,
          uid,
          wanted,
        }),
      true,
    );
    if (update !== 'gone') {
      const { before, after, added, removed, settled } = update;
      if (added.length > 0) run.record('roles', { how: 'changed', added: allAdded(run, added) });
      run.witness('roles', `merged roles: +[${added}] −[${removed}]`, `before [${before}], after [${after}]`);
      if (settled) return;
      if (merge % ROLE_MERGES !== 0) continue;
    }
    await run.park({
      step: 'roles',
      trouble:
        update === 'gone'
          ? { code: 'conflict', message: `Account ${uid} is not there any more.` }
          : { code: 'roles-contended', message: contended(update) },
      decisions: ['retry', 'skip'],
      rule: () => Promise.resolve(undefined),
    });
  }
}

function isOurs({ result: { provenance } }: Run): boolean {
  return provenance === 'created' || provenance === 'confirmed';
}

function contended({ before, wanted, after }: activities.RolesUpdated): string {
  return (
    `The roles read back are not those written: there were [${before}], written [${wanted}], read back [${after}]. ` +
    'Someone else writes them too, or a role id does not exist at the site (EthosCE drops such an id without a word).'
  );
}

function allAdded(run: Run, added: number[]): string[] {
  return [...new Set([...(run.result.made.roles?.added ?? []), ...added.map(String)])];
}

/** Newest first, and only what this run made; an account that somebody has used is blocked, never deleted. */
async function undo(run: Run, step: string, made: Made): Promise<Undone> {
  const { connection, account } = run.plan;
  const calls = safeCalls<typeof activities>(run.plan, 4);
  const uid = run.result.userId ?? made.id;
  switch (step) {
    case 'roles': {
      const wanted = { roles: [], removeRoles: (made.added ?? []).map(Number) };
      if (uid === undefined) return { is: 'removed', how: 'no account, no roles' };
      const update = await run.safe(step, () =>
        call('undo: take our roles away', calls.updateEthosceRoles, { connection, uid, wanted }),
      );
      if (update === 'gone') return { is: 'missing' };
      return { is: 'removed', how: `roles taken away: ${made.added?.join(', ')}` };
    }
    case 'profile': {
      const pid = made.id ?? run.result.ids.profileId;
      if (uid === undefined || pid === undefined) return { is: 'removed', how: 'it was never made' };
      return sayRemoval(
        await run.safe(step, () =>
          call('undo: remove the profile', calls.removeEthosceProfile, { connection, uid, pid }),
        ),
      );
    }
    case 'sso': {
      const aid = made.id ?? run.result.ids.ssoLinkId;
      if (uid === undefined || aid === undefined) return { is: 'removed', how: 'it was never made' };
      const ssoId = account.ssoId ?? '';
      return sayRemoval(
        await run.safe(step, () =>
          call('undo: remove the SSO link', calls.removeEthosceSsoLink, { connection, uid, ssoId, aid }),
        ),
      );
    }
    default:
      return undoUser(run, made);
  }
}

async function undoUser(run: Run, made: Made): Promise<Undone> {
  const { connection, person, policy } = run.plan;
  const calls = safeCalls<typeof activities>(run.plan, 4);
  const uid = made.id ?? (await run.safe('create', () => ourUser(run)));
  if (uid === undefined) return { is: 'removed', how: 'it was never made' };
  const what = `EthosCE user ${uid}`;
  if (policy.undo === 'never')
    return {
      is: 'owed',
      debt: { what, instruction: `Block or delete ${what}: this connection undoes nothing by itself.` },
    };
  const wipe = policy.undo === 'full' && made.how !== 'adopted';
  const removal = await run.safe('create', () =>
    call('undo: delete the user, or block it once it was used', calls.removeEthosceUser, {
      connection,
      uid,
      email: person.email,
      delete: wipe,
    }),
  );
  return sayRemoval(removal);
}

/** A send without an answer may have made it: then it bears our name and the person's address. */
async function ourUser(run: Run): Promise<string | undefined> {
  const { connection, person, account } = run.plan;
  const { value } = await call(
    'undo: look for the user by our name',
    safeCalls<typeof activities>(run.plan).findEthosceUserByName,
    {
      connection,
      username: account.username,
    },
  );
  return value.find(({ mail }) => sameText(mail, person.email))?.uid;
}

function sayRemoval(removal: activities.Removal): Undone {
  switch (removal) {
    case 'changed':
      return { is: 'kept', why: 'the account has another e-mail address now' };
    case 'used':
      return { is: 'kept', why: 'somebody has used the account since' };
    case 'gone':
      return { is: 'missing' };
    default:
      return { is: 'removed', how: removal };
  }
}
