// What muster.yaml says of a Regpack connection (vendor-docs/regpack.txt, vendors.md 5.2).
import { z } from 'zod';
import { baseUrl, flag, wholeNumber } from '../../config/fields';
import { expected, text } from '../../config/words';

export const regpackConnection = z.strictObject({
  /** Origin; `/reg/api2/users/` is added. */
  baseUrl: baseUrl('an https address such as https://www.regpack.com'),
  /** Header `Api-id`. */
  apiId: wholeNumber('the id of the API administrator, a whole number'),
  /** Header `Api-user`: the administrator's log-in. */
  apiUser: text("the administrator's log-in"),
  /** Header `Api-token`. */
  apiToken: text('the API token'),
  /** The project. */
  groupId: wholeNumber('the id of the project, a whole number'),
  /** A status that excludes its users; setting it undoes a create. Without it, undo leaves a debt. */
  excludedStatusId: wholeNumber('the id of a status, a whole number').optional(),
  /** A custom field of the project that holds our key. */
  markerField: text('the name of a field').optional(),
  /** Whether the list is scanned before every create, not only when one was refused or lost. */
  verifyByList: flag().default(false),
  /** Other projects of the organisation: there a given `cloginId` is known where this project does not have it yet. */
  earlierGroupIds: z
    .array(wholeNumber('the id of a project, a whole number'), { error: expected('a list') })
    .optional(),
});
export type RegpackConnection = z.output<typeof regpackConnection>;

export const regpackSecrets = ['apiToken'] as const;
