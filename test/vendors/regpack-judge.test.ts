// Whom a look at Regpack found, and when the list that was read is all of it.
import { judgeChild, judgeOne, judgeUser, mayBe, type SoughtUser } from '../../src/vendors/regpack/judge';
import { addPage, NOTHING_READ, type Scan, type ScanPage } from '../../src/vendors/regpack/scan';
import type { RegpackUser } from '../../src/vendors/regpack/shapes';

const ADA: SoughtUser = { username: 'ada@example.org', email: 'ada@example.org' };
const KEYED: SoughtUser = { ...ADA, marker: { field: 'ref', key: 'hr-1' } };
const user = (cloginId: string, values: object, more: Partial<RegpackUser> = {}): RegpackUser => ({
  cloginId,
  values: { ...values },
  ...more,
});
const mail = 'Ada@Example.org';
const own = user('1', { main_email: mail, username: 'ADA@example.org' });

describe('a user', () => {
  test.each<[string, RegpackUser[], SoughtUser, 'before' | 'settle', object]>([
    ['nobody', [], ADA, 'settle', { is: 'absent' }],
    [
      'our log-in and address, whatever their case',
      [own],
      ADA,
      'settle',
      { is: 'found', who: '1', mine: true },
    ],
    [
      'our address under another log-in',
      [user('1', { main_email: mail, username: 'countess' })],
      ADA,
      'before',
      { is: 'found', who: '1', mine: false },
    ],
    [
      'a list that shows no log-ins',
      [user('1', { main_email: mail })],
      ADA,
      'settle',
      { is: 'found', who: '1', mine: true },
    ],
    [
      'a list that shows no log-ins, and ours is no address',
      [user('1', { main_email: mail })],
      { ...ADA, username: 'countess' },
      'settle',
      { is: 'found', mine: false },
    ],
    [
      'our log-in with another address',
      [user('1', { main_email: 'bob@example.org', username: 'ada@example.org' })],
      ADA,
      'settle',
      { is: 'conflict' },
    ],
    [
      'two with our address, before sending',
      [own, user('2', { main_email: mail, username: 'x' })],
      ADA,
      'before',
      { is: 'several', message: expect.stringContaining('1, 2') },
    ],
    [
      'two with our address, after sending',
      [user('2', { main_email: mail, username: 'x' }), own],
      ADA,
      'settle',
      { is: 'found', who: '1', mine: true },
    ],
    ['two under our log-in and address', [own, { ...own, cloginId: '2' }], ADA, 'settle', { is: 'several' }],
    [
      'our key and address',
      [user('2', { main_email: mail, ref: '' }), user('1', { main_email: mail, ref: 'hr-1' })],
      KEYED,
      'before',
      { is: 'found', who: '1', mine: true },
    ],
    [
      'our log-in without our key, where there is a field for it',
      [own],
      KEYED,
      'settle',
      { is: 'found', mine: false },
    ],
    ["another's key", [user('1', { main_email: mail, ref: 'hr-2' })], KEYED, 'before', { is: 'conflict' }],
    [
      'our key with another address',
      [user('1', { main_email: 'bob@example.org', ref: 'hr-1' })],
      KEYED,
      'settle',
      { is: 'conflict' },
    ],
  ])('%s', (_, hits, sought, when, verdict) => {
    expect(judgeUser(hits, sought, when)).toMatchObject(verdict);
  });

  test.each<[string, RegpackUser, object]>([
    ['that person', own, { is: 'found', who: '1', mine: true }],
    ['who keeps the address to themselves', user('1', {}), { is: 'found', who: '1', mine: true }],
    ['another person', user('1', { main_email: 'bob@example.org' }), { is: 'conflict' }],
    ['a child', user('1', { main_email: mail }, { parent: '7' }), { is: 'conflict' }],
  ])('by the id given: %s', (_, known, verdict) => {
    expect(judgeOne(known, { ...ADA, cloginId: '1' })).toMatchObject(verdict);
  });

  test('only those who may be meant leave the list', () => {
    const known = { ...KEYED, cloginId: '9' };
    for (const hit of [
      own,
      user('9', {}),
      user('2', { ref: 'hr-1' }),
      user('3', { username: 'ada@example.org' }),
    ])
      expect(mayBe(hit, known)).toBe(true);
    for (const miss of [user('2', { main_email: 'bob@example.org' }), user('3', {}), { ...own, parent: '7' }])
      expect(mayBe(miss, known)).toBe(false);
  });
});

describe('a child', () => {
  const sought = { parent: '7', firstName: 'Rosa', lastName: 'Tern' };
  const keyed = { ...sought, marker: { field: 'ref', key: 'hr-2' } };
  const rosa = (id: string, ref?: string) =>
    user(id, { first_name: 'rosa', last_name: 'TERN', ...(ref !== undefined && { ref }) }, { parent: '7' });

  test.each([
    ['by name', [rosa('1')], sought, { is: 'found', who: '1', mine: true }],
    ['two of a name', [rosa('1'), rosa('2')], sought, { is: 'several' }],
    ['by key', [rosa('1', ''), rosa('2', 'hr-2')], keyed, { is: 'found', who: '2', mine: true }],
    ['by name, without a key', [rosa('1', '')], keyed, { is: 'found', who: '1', mine: false }],
    ["a namesake with another's key", [rosa('1', 'hr-3')], keyed, { is: 'absent' }],
    ['nobody', [], sought, { is: 'absent' }],
  ])('%s', (_, hits, who, verdict) => {
    expect(judgeChild(hits, who)).toMatchObject(verdict);
  });

  test('of another parent is another child', () => {
    expect(mayBe(rosa('1'), sought)).toBe(true);
    expect(mayBe({ ...rosa('1', 'hr-2'), parent: '8' }, keyed)).toBe(false);
    expect(mayBe(user('1', { first_name: 'Rosa', last_name: 'Tern' }), sought)).toBe(false);
  });
});

describe('reading the list', () => {
  /** Reads a list of which `pageAt` gives the page that begins at a position. */
  function read(pageAt: (position: number) => Partial<ScanPage>): Scan & { positions: number[] } {
    const positions: number[] = [];
    let scan = NOTHING_READ;
    while (scan.next !== undefined) {
      positions.push(scan.next);
      const page = { users: [], children: [], hits: [], total: 0, showsEmail: true, ...pageAt(scan.next) };
      scan = addPage(scan, page);
    }
    return { ...scan, positions };
  }
  const everyone = (total: number) => Array.from({ length: total }, (_, i) => String(i + 1));

  test.each([
    [0, [0]],
    [50, [0]],
    [51, [0, 50]],
    [120, [0, 50, 100]],
  ])('%i users', (total, positions) => {
    const scan = read((at) => ({ users: everyone(total).slice(at, at + 50), total }));
    expect(scan).toMatchObject({ users: everyone(total), positions });
    expect(scan.flaw).toBeUndefined();
  });

  test('positions that count from 1 lose nobody', () => {
    const scan = read((at) => ({
      users: everyone(120).slice(Math.max(at - 1, 0), Math.max(at - 1, 0) + 50),
      total: 120,
    }));
    expect(scan).toMatchObject({ users: everyone(120), positions: [0, 50, 99] });
    expect(scan.flaw).toBeUndefined();
  });

  test('a vendor that ignores the position, or keeps some to itself, has not shown all', () => {
    expect(read(() => ({ users: everyone(50), total: 120 })).flaw).toContain('50 of 120');
    expect(read((at) => ({ users: everyone(99).slice(at, at + 50), total: 100 })).flaw).toContain(
      '99 of 100',
    );
  });

  test('children may count in the total', () => {
    const page = (at: number) => ({
      users: everyone(60).slice(at, at + 50),
      children: ['a', 'b'],
      total: 62,
    });
    expect(read(page).flaw).toBeUndefined();
    expect(read((at) => ({ ...page(at), total: 63 })).flaw).toBeDefined();
  });

  test('a list without addresses proves nothing', () => {
    expect(read(() => ({ users: ['1'], total: 1, showsEmail: false })).flaw).toContain('main_email');
  });

  test('whoever comes twice counts once', () => {
    const scan = read((at) => ({
      users: at === 0 ? everyone(50) : ['50', '51'],
      total: 51,
      hits: [user('50', {})],
    }));
    expect([scan.users.length, scan.hits.length]).toEqual([51, 1]);
  });
});
