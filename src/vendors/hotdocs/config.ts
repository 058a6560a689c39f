// What muster.yaml says of a HotDocs Advance connection (vendor-docs/hotdocs-advance.txt, vendors.md 4.2).
import { z } from 'zod';
import { baseUrl, duration, jsonObject, urlPath } from '../../config/fields';
import { expected, oneOf, text } from '../../config/words';
import type { ConnectionCheck, PartFault } from '../definition';

const HOUR = 3_600_000;
const undoPathError = expected('a path with the user in it, such as "/Users/{id}"', 'is no such path');

export const hotdocsConnection = z.strictObject({
  /** The tenancy's origin. */
  baseUrl: baseUrl('an https address such as https://acme.hotdocsadvance.com'),
  /** On-premise by default; the cloud's is `/api/rest/v1.1`. */
  apiPath: urlPath('/HdaApi/rest/v1.1').default('/HdaApi/rest/v1.1'),
  /** On-premise by default; the cloud's is `/auth/Authorize/ServicePrincipalLogIn`. */
  tokenPath: urlPath('/HdaAuth/Authorize/ServicePrincipalLogIn').default(
    '/HdaAuth/Authorize/ServicePrincipalLogIn',
  ),
  /** Unique name of the API client. */
  clientName: text('the unique name of the API client').optional(),
  /** The service principal attached to it. */
  principalName: text('the name of the service principal').optional(),
  principalPassword: text('the password of the service principal').optional(),
  /** A ready access token, in place of the three above. */
  token: text('an access token').optional(),
  /** As set at the API client; a new token is fetched before it ends. Milliseconds once read. */
  tokenLifeSpan: duration().default(HOUR),
  /** How a user is deactivated, once the customer's API reference confirms a call; `{id}` is the user's GUID. */
  undoCall: z
    .strictObject({
      method: oneOf(['PUT', 'POST', 'PATCH', 'DELETE']),
      path: z.string({ error: undoPathError }).regex(/^\/[^?#\s]*\{id\}[^?#\s]*$/, { error: undoPathError }),
      body: jsonObject().optional(),
    })
    .optional(),
});
export type HotdocsConnection = z.output<typeof hotdocsConnection>;

export const hotdocsSecrets = ['principalPassword', 'token'] as const;

const PRINCIPAL_KEYS = ['clientName', 'principalName', 'principalPassword'] as const;

/** Either a service principal or a ready token. */
export function checkHotdocsConnection({ gives }: ConnectionCheck<HotdocsConnection>): PartFault[] {
  const given = PRINCIPAL_KEYS.filter((key) => gives(key));
  if (gives('token')) {
    return given.length === 0
      ? []
      : [{ at: ['token'], message: `stands beside ${given.join(', ')}; give the one or the other` }];
  }
  return PRINCIPAL_KEYS.filter((key) => !gives(key)).map((key) => ({
    at: [key],
    message: `is missing; give ${PRINCIPAL_KEYS.join(', ')}, or a token in their place`,
  }));
}
