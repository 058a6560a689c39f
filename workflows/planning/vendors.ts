// How each vendor's forecast is made: one line a vendor.
import type { VendorName } from '../../src/vendors/registry';
import { planEthosce } from '../ethosce/plan';
import { planHotdocs } from '../hotdocs/plan';
import { planOnefile } from '../onefile/plan';
import { planPha } from '../pha/plan';
import { planRegpack } from '../regpack/plan';
import type { Planner } from './planner';

// The plan of an account holds that vendor's account; TypeScript cannot follow its name there.
type Plan = (planner: Planner<never>) => Promise<void>;

export const PLANS: Readonly<Record<VendorName, Plan>> = {
  pha: planPha,
  ethosce: planEthosce,
  onefile: planOnefile,
  hotdocs: planHotdocs,
  regpack: planRegpack,
};
