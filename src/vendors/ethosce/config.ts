// What muster.yaml says of an EthosCE connection (vendor-docs/ethosce.txt, vendors.md 3.2).
import { z } from 'zod';
import { baseUrl } from '../../config/fields';
import { expected, text } from '../../config/words';

const usernameError = expected(
  'a user name that begins with restws',
  'is no web service account: its name has to begin with restws (and can hold no colon)',
);

export const ethosceConnection = z.strictObject({
  /** Origin and prefix; `/user.json` is added. */
  baseUrl: baseUrl(),
  /** HTTP Basic; EthosCE takes only names that begin with `restws`, in small letters, for web services. */
  username: z.string({ error: usernameError }).regex(/^restws[^:\s]*$/, { error: usernameError }),
  password: text('the password'),
  /** `module` of the authmap rows of single sign-on users; it differs by customer. */
  authmapModule: text('the name of a module').default('simplesamlphp_auth'),
});
export type EthosceConnection = z.output<typeof ethosceConnection>;

export const ethosceSecrets = ['password'] as const;
