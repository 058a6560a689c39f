// The baseline: one workflow, four activities, as a newcomer writes it after Temporal's first tutorial. Nothing here knows what
// to do when an answer is lost; it is the measure of speed, not of what Muster is for.
import { proxyActivities } from '@temporalio/workflow';
import type { naiveActivities, Person } from './activities';

const calls = proxyActivities<ReturnType<typeof naiveActivities>>({ startToCloseTimeout: '1 minute' });

export async function onboardNaively(person: Person): Promise<string> {
  if (await calls.verify(person)) throw new Error('there already');
  const uid = await calls.createUser(person);
  await calls.createProfile(uid, person);
  await calls.updateRoles(uid, person);
  return uid;
}
