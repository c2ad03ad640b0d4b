import { createGceCloud, type GceCloud } from '../../../mocks/gce-compute/cloud.ts';
import type { GceSettings } from '../../../providers/gce/config.ts';
import { createGceProvider, restWire } from '../../../providers/gce/index.ts';
import type { Condition } from '../../../src/model/service.ts';
import type { Provider } from '../../../src/provider.ts';
import {
  type ControllerChoice,
  type Life,
  type Simulation,
  type SimulatedEvent,
  simulate,
} from '../../controller/simulation.ts';
import { lastSegment } from '../../../providers/gce/paths.ts';
import { inThread, project, region, zones } from './others.ts';
import { closedProject } from './world.ts';

/** The controller over the adapter over the mock of the Compute API, in one thread under one virtual clock. */
export interface GceSimulation extends Simulation {
  readonly gce: GceCloud;
  provider(settings?: Partial<GceSettings>): Provider;
  beginGce(choice?: ControllerChoice & { readonly settings?: Partial<GceSettings> }): Life;
  /** A Node of this name; with its machine unless told otherwise. */
  addGceNode(name: string, zone: string, machine?: boolean): Promise<void>;
  condition(name: string, type?: string): Promise<Condition | undefined>;
  eventsOf(kind: string, name: string): Promise<readonly SimulatedEvent[]>;
  /** Names of the machines in instance groups, by zone. */
  members(): Readonly<Record<string, readonly string[]>>;
}

/** `hostProject` keeps the network, and lets us do nothing there. */
export function simulateGce({ hostProject }: { readonly hostProject?: string } = {}): GceSimulation {
  const world = simulate();
  const gce = createGceCloud({ clock: world.clock, project, region, zones, operationLatencyMs: 50 });
  const transport = hostProject === undefined ? inThread(gce) : closedProject(inThread(gce), hostProject);
  const provider: GceSimulation['provider'] = (settings = {}) =>
    createGceProvider(
      { project, region, networkProject: hostProject ?? project, ...settings },
      { clock: world.clock, wire: restWire(transport) },
    );
  return {
    ...world,
    gce,
    provider,
    beginGce: ({ settings, ...choice } = {}) => world.begin({ provider: provider(settings), ...choice }),
    addGceNode: async (name, zone, machine = true) => {
      if (machine) gce.addInstance({ name, zone });
      await world.addNode(name, zone, { spec: { providerID: `gce://${project}/${zone}/${name}` } });
    },
    condition: async (name, type = 'portico.dev/Programmed') =>
      (await world.service(name))?.status.conditions.find((each) => each.type === type),
    eventsOf: async (kind, name) =>
      (await world.events()).filter(({ involvedObject: { kind: k, name: n } }) => k === kind && n === name),
    members: () =>
      Object.fromEntries(
        gce.view
          .instanceGroups()
          .map(({ zone, members }) => [lastSegment(zone), members.map((link) => lastSegment(link)).toSorted()]),
      ),
  };
}
