// The vendors that Muster knows: one line each. Everything that differs by vendor is reached from here.
import type { z } from 'zod';
import type { ClientConnection } from './definition';
import { ethosce } from './ethosce';
import { hotdocs } from './hotdocs';
import { onefile } from './onefile';
import { pha } from './pha';
import { regpack } from './regpack';

export const vendors = { pha, ethosce, onefile, hotdocs, regpack } as const;

type Vendors = typeof vendors;
export type VendorName = keyof Vendors;

/** The words of `vendor:` in muster.yaml. */
export const vendorNames = Object.keys(vendors) as VendorName[];

export function isVendorName(word: unknown): word is VendorName {
  return typeof word === 'string' && Object.hasOwn(vendors, word);
}

export function vendorOf<V extends VendorName>(name: V): Vendors[V] {
  return vendors[name];
}

/** The vendor's own keys of a connection, secrets included. */
export type VendorConnection<V extends VendorName> = z.output<Vendors[V]['connection']>;

/** The vendor's own keys that are secrets. */
export type VendorSecret<V extends VendorName> = Vendors[V]['secrets'][number];

/** A connection of the vendor as every process may see it, without its `vendor` word. */
export type VendorClientConnection<V extends VendorName> = ClientConnection<
  Vendors[V]['connection'],
  VendorSecret<V>
>;

/** The vendor's part of a request, as it was given. */
export type AccountInput<V extends VendorName> = z.output<Vendors[V]['account']>;

/** The same with its defaults: what the vendor's calls are made from. */
export type ResolvedAccount<V extends VendorName = VendorName> = {
  [Name in V]: ReturnType<Vendors[Name]['resolveAccount']>;
}[V];
