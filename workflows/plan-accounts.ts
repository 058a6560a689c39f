// What onboarding would do with a page of requests now, for `muster plan`: reads only, by the workers, since clients have no
// vendor's secrets. A run of it makes no account, holds no lock and can be ended at any time.
import { ApplicationFailure, isCancellation, proxyLocalActivities } from '@temporalio/workflow';
import type * as activities from '../activities/plan';
import type { Prospect } from '../activities/plan';
import { emptyForecast, type Forecast } from '../src/account/forecast';
import type { RequestDocument } from '../src/request/schema';
import { causeOf } from './account-run/calls';
import { Page } from './planning/page';
import { Planner, Stopped } from './planning/planner';
import { PLANS } from './planning/vendors';

/** How many accounts are looked at at once. */
const AT_ONCE = 10;

const local = proxyLocalActivities<typeof activities>({
  startToCloseTimeout: '20s',
  retry: { initialInterval: '500ms', maximumInterval: '10s', maximumAttempts: 10 },
});

export interface PlanInput {
  /** Checked requests; some 50 accounts in all. */
  requests: RequestDocument[];
}

/** @returns the forecasts of each request's accounts, in their order */
export async function planAccounts({ requests }: PlanInput): Promise<Forecast[][]> {
  const page = new Page(emailsOf(requests));
  const prospects = await inTurn(requests, (request) => local.prospectsOf({ request }).catch(refusal));
  const all = prospects.flatMap((found, index) =>
    found instanceof ApplicationFailure ? [] : found.map((prospect) => ({ index, prospect })),
  );
  const drafts = await inTurn(all, ({ prospect }) => draft(prospect, page));
  const fingerprints = await local.fingerprintAll({ seen: drafts.map(({ seen }) => seen) });
  const forecasts = drafts.map(({ forecast }, at) => ({ ...forecast, fingerprint: fingerprints[at] ?? '' }));
  return prospects.map((found, index) =>
    found instanceof ApplicationFailure
      ? refused(requests[index], found)
      : forecasts.filter((_, at) => all[at]?.index === index),
  );
}

function emailsOf(requests: readonly RequestDocument[]): Record<string, string[]> {
  const emails: Record<string, string[]> = {};
  for (const { person, accounts } of requests)
    for (const connection of Object.keys(accounts))
      emails[connection] = [...(emails[connection] ?? []), person.email];
  return emails;
}

/** A bounded number of them at once; the answers in the order of the questions. */
async function inTurn<From, To>(items: readonly From[], work: (item: From) => Promise<To>): Promise<To[]> {
  const done: To[] = [];
  const left = [...items.entries()];
  const take = async (): Promise<void> => {
    for (let item = left.shift(); item; item = left.shift()) done[item[0]] = await work(item[1]);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, take));
  return done;
}

/** This worker's configuration does not take the request: that is the answer. */
function refusal(error: unknown): ApplicationFailure {
  if (isCancellation(error)) throw error;
  const cause = causeOf(error);
  if (cause instanceof ApplicationFailure && cause.type === 'invalid-request') return cause;
  throw error;
}

function refused(request: RequestDocument | undefined, { message }: ApplicationFailure): Forecast[] {
  return Object.keys(request?.accounts ?? {}).map((connection) => ({
    ...emptyForecast({ connection, vendor: '', environment: null }, 'blocked'),
    problem: { step: 'verify', code: 'invalid-request', message },
  }));
}

interface Draft {
  forecast: Forecast;
  seen: unknown;
}

async function draft({ plan, meeting }: Prospect, page: Page): Promise<Draft> {
  const forecast = emptyForecast(plan, 'unchanged');
  switch (meeting.is) {
    case 'done':
      return {
        forecast: { ...forecast, userId: meeting.userId, notes: ['The same request is done already.'] },
        seen: ['done', meeting.userId],
      };
    case 'running': {
      const parked = meeting.waitsFor === null ? '' : `, parked as ${meeting.waitsFor}`;
      const notes = [`The same request is under way${parked}.`];
      return { forecast: { ...forecast, action: 'running', notes }, seen: ['running', meeting.waitsFor] };
    }
    case 'taken': {
      const message = `A different request is under way as ${meeting.by}: this one is refused until that has ended.`;
      const problem = { step: 'verify', code: 'conflict', message } as const;
      return { forecast: { ...forecast, action: 'blocked', problem }, seen: ['taken'] };
    }
    case 'free': {
      const planner = new Planner(plan, meeting.past, page);
      await look(planner);
      return { forecast: planner.forecast, seen: planner.seen() };
    }
  }
}

async function look(planner: Planner): Promise<void> {
  try {
    await PLANS[planner.plan.vendor](planner as Planner<never>);
    planner.finish();
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    planner.stop(error);
  }
}
