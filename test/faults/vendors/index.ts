// The vendors of the sweep.
import type { VendorFacts } from '../contract';
import { ethosceFacts } from './ethosce';
import { hotdocsFacts } from './hotdocs';
import { onefileFacts } from './onefile';
import { phaFacts } from './pha';
import { regpackFacts } from './regpack';

export const FACTS: readonly VendorFacts[] = [
  ethosceFacts,
  phaFacts,
  hotdocsFacts,
  onefileFacts,
  regpackFacts,
];
