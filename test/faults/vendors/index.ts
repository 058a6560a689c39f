// The vendors of the sweep, in the order of its table.
import type { VendorFacts } from '../contract';
import { ethosceFacts } from './ethosce';
import { hotdocsFacts } from './hotdocs';
import { phaFacts } from './pha';

export const FACTS: readonly VendorFacts[] = [ethosceFacts, phaFacts, hotdocsFacts];
