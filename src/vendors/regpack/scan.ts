// Reading through Regpack's list, page by page: what was seen of it, and when that is all of it. Half a list never means
// that somebody is absent. Pure: workflow code uses it.
import type { RegpackUser } from './shapes';

/** One page as its activity hands it on: everyone's id, but only those in full who may be the one looked for. */
export interface ScanPage {
  users: string[];
  children: string[];
  total: number;
  hits: RegpackUser[];
  /** Whether any user of the page shows an e-mail address. */
  showsEmail: boolean;
}

export interface Scan {
  users: string[];
  children: string[];
  pages: number;
  hits: RegpackUser[];
  /** Where the next page begins; undefined at the end. */
  next?: number;
  /** Why the scan proves nothing about who is absent; undefined where it is whole, or not at its end. */
  flaw?: string;
  showsEmail: boolean;
}

export const NOTHING_READ: Scan = {
  users: [],
  children: [],
  pages: 0,
  hits: [],
  next: 0,
  showsEmail: false,
};

/**
 * Adds a page. Positions move while people come and go, and may count from 0 or 1, so the next page begins where the
 * users that are known so far end, and whoever comes twice counts once.
 */
export function addPage(scan: Scan, page: ScanPage): Scan {
  const users = [...new Set([...scan.users, ...page.users])];
  const children = [...new Set([...scan.children, ...page.children])];
  const known = new Set(scan.hits.map(({ cloginId }) => cloginId));
  const read: Scan = {
    users,
    children,
    pages: scan.pages + 1,
    hits: [...scan.hits, ...page.hits.filter(({ cloginId }) => !known.has(cloginId))],
    showsEmail: scan.showsEmail || page.showsEmail,
  };
  const whole = users.length >= page.total;
  if (!whole && users.length > scan.users.length) return { ...read, next: users.length };
  // Whether children count in the total is not documented; past the last page, the sum has to come out exactly.
  if (!whole && users.length + children.length !== page.total)
    return { ...read, flaw: `it showed ${users.length} of ${page.total} users` };
  if (users.length > 0 && !read.showsEmail) return { ...read, flaw: 'it shows no main_email' };
  return read;
}
