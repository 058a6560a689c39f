// OneFile, before anything is created: the organisation's keychain setting, and whether it has all that the request names.
import type * as activities from '../../activities/onefile';
import { type Found, type Lookup, lookupsOf, missingSentences } from '../../src/vendors/onefile/references';
import type { OnefileAccount } from '../../src/vendors/onefile/request';
import type { OnefileOrganisation } from '../../src/vendors/onefile/shapes';
import { call, quickCalls } from '../account-run/calls';
import type { Looking } from '../account-run/looking';

type Run = Looking<OnefileAccount>;

export async function findOrganisation(run: Run): Promise<OnefileOrganisation> {
  const { connection } = run.plan;
  const reads = quickCalls<typeof activities>(run.plan);
  for (;;) {
    const organisation = await run.safe('verify', () =>
      call('verify: keychain on or off', reads.findOnefileOrganisation, { connection }),
    );
    if (organisation) return organisation;
    await run.park({
      step: 'verify',
      trouble: {
        code: 'misconfigured',
        message: `OneFile does not list connections.${connection}.organisationId among the organisations of its customerId.`,
      },
      decisions: ['retry'],
      rule: () => Promise.resolve(undefined),
    });
  }
}

/** Nothing is sent in a step while an id of the request is not the organisation's. */
export async function checkReferences(
  run: Run,
  step: string,
  organisation: OnefileOrganisation,
): Promise<Found[]> {
  const { connection, account } = run.plan;
  const reads = quickCalls<typeof activities>(run.plan, 2);
  const lookUp = async (lookup: Lookup): Promise<Found> => {
    const there = await call(`verify: ${lookup.kind}`, reads.findOnefileReferences, {
      connection,
      ...lookup,
    });
    return { ...lookup, there };
  };
  for (;;) {
    // Several calls, but one waiting and one question. One after another: six at once would all be rejected when the
    // credentials are, and vendors lock an account after a few.
    const found = await run.safe(step, async () => {
      const all: Found[] = [];
      for (const lookup of lookupsOf(account)) all.push(await lookUp(lookup));
      return all;
    });
    const missing = missingSentences(account, found, organisation.id);
    const asked = found.map(({ kind, ids }) => `${kind} ${ids.join(', ')}`).join('; ');
    if (asked) run.witness(step, `asked for ${asked}`, missing.join(' ') || 'all there');
    if (missing.length === 0) return found;
    await run.park({
      step,
      trouble: { code: 'refused', message: `${missing.join(' ')} Nothing was sent.` },
      decisions: ['retry', 'amend'],
      rule: () => Promise.resolve(undefined),
    });
  }
}
