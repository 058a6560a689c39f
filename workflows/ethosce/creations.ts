// What EthosCE is made to hold once: the user, its SSO link, its profile. How each is looked for, what a look means, and how
// it is sent; a run makes them of this, and a plan looks by it.
import type * as activities from '../../activities/ethosce';
import type { Look } from '../../src/account/plan';
import {
  ethosceAuthmapAbility,
  ethosceProfileAbility,
  ethosceUserAbility,
} from '../../src/vendors/ethosce/abilities';
import { type EthosceUserRef, judgeUser, onlyLinked, type UserLook } from '../../src/vendors/ethosce/judge';
import type { EthosceAccount } from '../../src/vendors/ethosce/request';
import { type EthosceProfile, profileBody, type SsoLink, userBody } from '../../src/vendors/ethosce/shapes';
import { call, quickCalls, sendCalls } from '../account-run/calls';
import type { Creation } from '../account-run/create-once';
import { type Looking, stampOf } from '../account-run/looking';

type Run = Looking<EthosceAccount>;

export function userCreation(run: Run): Creation<UserLook, EthosceUserRef> {
  const { connection, person, account } = run.plan;
  const reads = quickCalls<typeof activities>(run.plan);
  const sends = sendCalls<typeof activities>(run.plan, ethosceUserAbility);
  return {
    step: 'create',
    verifyStep: 'verify',
    what: 'the user',
    ability: ethosceUserAbility,
    async look() {
      const { email } = person;
      const { username, ssoId } = account;
      const [byMail, byName, bySsoId] = await run.safe('verify', () =>
        Promise.all([
          call('verify: by mail', reads.findEthosceUserByMail, { connection, email }),
          call('verify: by name', reads.findEthosceUserByName, { connection, username }),
          ssoId === undefined
            ? undefined
            : call('verify: by SSO id', reads.findEthosceSsoLinks, { connection, ssoId }),
        ]),
      );
      const seen: UserLook = { byMail: byMail.value, byName: byName.value, bySsoId: bySsoId?.value };
      const uid = onlyLinked(seen);
      let linkedLook: Look | undefined;
      if (uid !== undefined) {
        const linked = await run.safe('verify', () =>
          call('verify: the account that the SSO id is linked to', reads.findEthosceUserById, {
            connection,
            uid,
          }),
        );
        seen.linked = linked.value[0] ?? null;
        linkedLook = linked.look;
      }
      return { look: stampOf(byMail.look, byName.look, bySsoId?.look, linkedLook), seen };
    },
    judge: (seen, when) => judgeUser(seen, { username: account.username, email: person.email }, when),
    async send(ground) {
      const input = { connection, step: 'create', ground, body: userBody(person, account) };
      const outcome = await call('create the user', sends.createEthosceUser, input);
      return outcome.kind === 'done' ? { ...outcome, value: { uid: outcome.value } } : outcome;
    },
    idOf: ({ uid }) => uid,
    async recall(uid) {
      const [user] = (
        await call('read back the user that an operator named', reads.findEthosceUserById, {
          connection,
          uid,
        })
      ).value;
      if (!user) return `EthosCE has no user ${uid}.`;
      const verdict = judgeUser(
        { byMail: [], byName: [user], bySsoId: undefined },
        { username: user.name, email: person.email },
        'before',
      );
      if (verdict.is !== 'found')
        return `User ${uid} at EthosCE has another e-mail address than this person.`;
      return { who: user, provenance: user.name === account.username ? 'confirmed' : 'adopted' };
    },
  };
}

/** Enabling a blocked account mails the person a log-in link: a person's decision, not ours. */
export function noteBlocked(run: Pick<Run, 'note'>, { active }: EthosceUserRef): void {
  if (active === false) run.note(`The account is blocked at EthosCE (status 0) and was left so.`);
}

export function ssoCreation(run: Run, uid: string): Creation<SsoLink[], string | undefined> {
  const { connection, account } = run.plan;
  const ssoId = account.ssoId ?? '';
  const reads = quickCalls<typeof activities>(run.plan);
  const sends = sendCalls<typeof activities>(run.plan, ethosceAuthmapAbility);
  return {
    step: 'sso',
    what: 'the SSO link',
    ability: ethosceAuthmapAbility,
    async look() {
      const links = await run.safe(
        'sso',
        () => call('look for the SSO link', reads.findEthosceSsoLinks, { connection, ssoId }),
        true,
      );
      return { look: links.look, seen: links.value };
    },
    judge(links) {
      const [link, ...more] = links;
      if (!link) return { is: 'absent' };
      if (more.length > 0) return { is: 'several', message: 'Several accounts have this SSO id.' };
      if (link.uid !== uid)
        return { is: 'conflict', message: `The SSO id is linked to account ${link.uid}.` };
      return { is: 'found', who: link.aid, mine: true };
    },
    send(ground) {
      const input = { connection, step: 'sso', ground, uid, ssoId };
      return call('link the SSO id', sends.createEthosceSsoLink, input);
    },
    idOf: (aid) => aid,
    skippable: true,
  };
}

export function profileCreation(run: Run, uid: string): Creation<EthosceProfile[], EthosceProfile> {
  const { connection, person, account } = run.plan;
  const reads = quickCalls<typeof activities>(run.plan);
  const sends = sendCalls<typeof activities>(run.plan, ethosceProfileAbility);
  const look: Creation<EthosceProfile[], EthosceProfile>['look'] = async () => {
    const profiles = await run.safe(
      'profile',
      () => call('look for the profile', reads.findEthosceProfiles, { connection, uid }),
      true,
    );
    return { look: profiles.look, seen: profiles.value };
  };
  return {
    step: 'profile',
    what: 'the profile',
    ability: ethosceProfileAbility,
    look,
    judge(profiles) {
      const [profile, ...more] = profiles;
      if (!profile) return { is: 'absent' };
      if (more.length > 0)
        return { is: 'several', message: `The account has ${profiles.length} profiles of the type profile.` };
      // It belongs to the account that this run goes on with, so there is nobody else's to be mistaken for.
      return { is: 'found', who: profile, mine: true };
    },
    async send(ground) {
      const input = { connection, step: 'profile', ground, body: profileBody(uid, person, account) };
      const outcome = await call('create the profile', sends.createEthosceProfile, input);
      return outcome.kind === 'done' ? { ...outcome, value: { pid: outcome.value, fields: {} } } : outcome;
    },
    idOf: ({ pid }) => pid,
    async recall(pid) {
      const found = (await look()).seen.find((profile) => profile.pid === pid);
      return found ? { who: found, provenance: 'confirmed' } : `Account ${uid} has no profile ${pid}.`;
    },
    skippable: true,
  };
}
