// The simulated vendors by name, and how to start them. A further vendor is one line of `simulatedVendors`.
import type { RunningSimulator, SimulatorOptions } from './contract';
import { ethosceRules } from './ethosce';
import { hotdocsRules } from './hotdocs';
import { onefileRules } from './onefile';
import { phaRules } from './pha';
import { regpackRules } from './regpack';
import { serve } from './server';

export type {
  FaultPlan,
  RecordedRequest,
  SeedEntity,
  SentMail,
  SimulatedPerson,
  SimulatorOptions,
} from './contract';
export { faultKinds } from './faults';

const starters = {
  pha: (options?: SimulatorOptions) => serve(phaRules, options),
  ethosce: (options?: SimulatorOptions) => serve(ethosceRules, options),
  onefile: (options?: SimulatorOptions) => serve(onefileRules, options),
  hotdocs: (options?: SimulatorOptions) => serve(hotdocsRules, options),
  regpack: (options?: SimulatorOptions) => serve(regpackRules, options),
} as const;

/** The word of `vendor:` in muster.yaml. */
export type SimulatedVendor = keyof typeof starters;

/** A running vendor. */
export type Simulator = RunningSimulator & { readonly vendor: SimulatedVendor };

/** All vendors that can be simulated. */
export const simulatedVendors = Object.keys(starters) as SimulatedVendor[];

/** Starts one vendor. */
export async function startSimulator(
  vendor: SimulatedVendor,
  options?: SimulatorOptions,
): Promise<Simulator> {
  return (await starters[vendor](options)) as Simulator;
}

/** How to start several: options for all, and for single vendors on top. */
export interface SimulatorsOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Port by vendor; any free one when left out. */
  ports?: Partial<Record<SimulatedVendor, number>>;
  /** Settings by vendor. */
  settings?: Partial<Record<SimulatedVendor, Readonly<Record<string, unknown>>>>;
}

/** All vendors, by name, and one `close` for them. */
export type Simulators = Record<SimulatedVendor, Simulator> & { close(): Promise<void> };

/** Starts all vendors; if one cannot start, none stays. */
export async function startSimulators(options: SimulatorsOptions = {}): Promise<Simulators> {
  const started: Simulator[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(started.map((simulator) => simulator.close()));
  };
  try {
    for (const vendor of simulatedVendors) {
      const { host, ports, settings } = options;
      started.push(
        await startSimulator(vendor, { host, port: ports?.[vendor], settings: settings?.[vendor] }),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  const byName = Object.fromEntries(started.map((simulator) => [simulator.vendor, simulator]));
  return { ...byName, close } as Simulators;
}
