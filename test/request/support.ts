// What the tests of requests share: a configuration of all five vendors, and requests to vary.
import { configFromObject } from '../../src/config/load';
import { checkRequest } from '../../src/request/check';
import type { RequestDocument } from '../../src/request/schema';

/** Connections by the names that the sample people use, and two that differ from them. */
export const config = configFromObject({
  connections: {
    'pha-demo': { vendor: 'pha', environment: 'demo', baseUrl: 'https://pha.example', token: 't' },
    'pha-bare': { vendor: 'pha', baseUrl: 'https://pha.example', token: 't', answers: {} },
    ethosce: { vendor: 'ethosce', baseUrl: 'https://cme.example', username: 'restws_m', password: 'p' },
    onefile: {
      vendor: 'onefile',
      baseUrl: 'https://onefile.example',
      customerToken: 't',
      organisationId: 5740,
      customerId: 2070,
    },
    hotdocs: { vendor: 'hotdocs', baseUrl: 'https://hotdocs.example', token: 't' },
    regpack: {
      vendor: 'regpack',
      baseUrl: 'https://regpack.example',
      apiId: 12,
      apiUser: 'admin',
      apiToken: 't',
      groupId: 100100,
      markerField: 'external_ref',
    },
    'regpack-loud': {
      vendor: 'regpack',
      baseUrl: 'https://regpack.example',
      apiId: 12,
      apiUser: 'admin',
      apiToken: 't',
      groupId: 100100,
      sendMail: true,
    },
  },
});

export const person = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.org' };

/** A request with accounts only to say. */
export function requestWith(accounts: Record<string, unknown>, more: object = {}): unknown {
  return { key: 'hr-000123', person, accounts, ...more };
}

/** The faults as lines, `[]` for a sound request. */
export function faultsOf(input: unknown): string[] {
  const checked = checkRequest(config, input);
  return checked.ok ? [] : checked.faults.map(({ path, message }) => `${path}: ${message}`);
}

/** A sound request; the test fails with its faults if it is none. */
export function sound(input: unknown): RequestDocument {
  const checked = checkRequest(config, input);
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.request;
}
