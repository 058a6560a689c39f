// Cases in which the fault comes from outside of the simulators: a proxy maltreats the bytes of a create on their way.
import type { SimulatedVendor } from '../../src/simulators';
import { idOf } from './cases';
import type { VendorFacts } from './contract';
import type { Disturbance } from './disturbances';
import type { Case } from './run-case';
import { openWireProxy, WIRE_FAULTS, type WireFault, type WireProxy } from './wire-proxy';

/** How the request that creates the user begins, or what is in it. */
const CREATES: Record<SimulatedVendor, RegExp> = {
  ethosce: /^POST \S*\/user(\.json)? /,
  pha: /^POST \S*\/admin_users /,
  hotdocs: /^POST \S*\/Users\/[0-9a-f-]{36} /i,
  onefile: /^POST \S*\/User /,
  regpack: /"action":"create"[,}]/,
};

export interface Wired {
  cases: Case[];
  /** In the order of the cases. */
  proxies: WireProxy[];
}

/** A new person at each vendor, for each fault a proxy of their own. Close the proxies afterwards. */
export async function wired(facts: readonly VendorFacts[]): Promise<Wired> {
  const wanted = facts.flatMap((one) =>
    (Object.keys(WIRE_FAULTS) as WireFault[])
      // What arrives twice is done twice, wherever the vendor does not refuse the second: nobody here can keep it from that.
      .filter((fault) => fault !== 'request-doubled' || refusesDuplicates(one))
      .map((fault) => ({ facts: one, fault })),
  );
  const proxies = await Promise.all(wanted.map(openWireProxy));
  const cases = wanted.map(({ facts: one, fault }, index) => caseOf(one, fault, proxies[index] as WireProxy));
  return { cases, proxies };
}

function refusesDuplicates({ creates }: VendorFacts): boolean {
  return creates['create user']?.ability.refusesDuplicates === true;
}

function caseOf(facts: VendorFacts, fault: WireFault, proxy: WireProxy): Case {
  const [scenario] = facts.scenarios;
  if (!scenario) throw new Error(`${facts.vendor} has no scenario`);
  const disturbance: Disturbance = {
    name: `wire@${fault}`,
    async arrange({ simulator }) {
      proxy.arm(simulator.url, fault, (request) => CREATES[facts.vendor].test(request));
    },
    isEcho: (requests, index) =>
      fault === 'request-doubled' &&
      requests[index]?.call === 'create user' &&
      requests[index - 1]?.call === 'create user',
  };
  const connection = { ...scenario.connection, baseUrl: proxy.url };
  return {
    id: idOf({ facts, scenario }, disturbance.name),
    group: 'on the wire',
    facts,
    scenario: { ...scenario, connection },
    faults: [],
    disturbance,
  };
}
