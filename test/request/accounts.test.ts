// Parts of a request, and what makes two requests for an account the same.
import {
  accountAt,
  accountsOf,
  fingerprintOf,
  personOf,
  requestForAccount,
  singleAccount,
} from '../../src/request/accounts';
import { person, requestWith, sound } from './support';

const one = sound(requestWith({ hotdocs: { roles: ['x'] } }));
const two = sound(requestWith({ hotdocs: {}, 'pha-demo': { rank: 'Captain' } }, { onFailure: 'compensate' }));

test('the accounts, in the order given', () => {
  expect(accountsOf(two)).toEqual([
    { connection: 'hotdocs', account: {} },
    { connection: 'pha-demo', account: { rank: 'Captain' } },
  ]);
});

test('the only account, if it is the only one', () => {
  expect(singleAccount(one)).toEqual({ connection: 'hotdocs', account: { roles: ['x'] } });
  expect(singleAccount(two)).toBeUndefined();
});

test('an account by its connection', () => {
  expect(accountAt(two, 'pha-demo')).toEqual({ rank: 'Captain' });
  expect(accountAt(two, 'ethosce')).toBeUndefined();
  expect(accountAt(two, 'toString')).toBeUndefined();
});

test('the request for one account', () => {
  expect(requestForAccount(two, 'pha-demo')).toEqual({
    key: 'hr-000123',
    person,
    accounts: { 'pha-demo': { rank: 'Captain' } },
    onFailure: 'compensate',
  });
  expect(() => requestForAccount(two, 'ethosce')).toThrow(
    new RangeError('the request has no account at ethosce'),
  );
});

test.each([
  [
    { street: '1 Row', additional: '', city: ' ' },
    { ...person, address: { street: '1 Row' } },
  ],
  [{ street: '', city: '' }, person],
  [{}, person],
])('an address of %j', (address, expected) => {
  expect(personOf({ ...one, person: { ...person, address } })).toStrictEqual(expected);
});

describe('fingerprints', () => {
  const base = requestWith({ 'pha-demo': { rank: 'Captain' } });
  const of = (input: unknown) => fingerprintOf(sound(input), 'pha-demo');

  test('what is taken', () => {
    expect(of(base)).toStrictEqual({ person, account: { rank: 'Captain' }, onFailure: 'park' });
  });

  test.each([
    ['the default spelled out', requestWith({ 'pha-demo': { rank: 'Captain' } }, { onFailure: 'park' })],
    ['the environment stated', requestWith({ 'pha-demo': { rank: 'Captain', environment: 'demo' } })],
    [
      'an empty address',
      requestWith({ 'pha-demo': { rank: 'Captain' } }, { person: { ...person, address: { city: '' } } }),
    ],
    ['another account beside it', requestWith({ 'pha-demo': { rank: 'Captain' }, hotdocs: {} })],
  ])('the same: %s', (_, input) => {
    expect(of(input)).toStrictEqual(of(base));
  });

  test.each([
    ['another account', requestWith({ 'pha-demo': { rank: 'Major' } })],
    ['another person', requestWith({ 'pha-demo': { rank: 'Captain' } }, { person: { ...person, sex: 'F' } })],
    ['another rule', requestWith({ 'pha-demo': { rank: 'Captain' } }, { onFailure: 'compensate' })],
  ])('different: %s', (_, input) => {
    expect(of(input)).not.toEqual(of(base));
  });
});
