import { type Json, type JsonObject, textOf } from '../../json.ts';
import type { Allocated, AllocationContext, Claim, FieldError, KubeObject } from '../../kind.ts';
import { ApiError } from '../../status.ts';
import { addressBits } from '../../validation/addresses.ts';
import { invalidValue } from '../../validation/field-error.ts';
import { wrongPathSegment } from '../../validation/names.ts';
import { withSpec } from '../strategy.ts';
import { withFamilies } from './addresses.ts';
import {
  clusterIPsOf,
  hasNodePorts,
  isHeadless,
  needsClusterIP,
  needsHealthCheck,
  needsNodePort,
  numberOf,
  portsOf,
  specOf,
  typeOf,
} from './fields.ts';
import { keepAllocated } from './transition.ts';

/** The pools of the cluster: addresses 10.96.0.0/16 and node ports 30000-32767. */
const network = addressBits('10.96.0.0');
const networkSize = 65_536;
const ports = { first: 30_000, size: 2768, band: 86 } as const;

const taken = { ip: 'provided IP is already allocated', port: 'provided port is already allocated' } as const;
const outside = {
  ip: 'the provided network does not match the current range',
  port: 'provided port is not in the valid range. The range of valid ports is 30000-32767',
} as const;

export function claimsOf(service: KubeObject): readonly Claim[] {
  const addresses = needsClusterIP(service) ? clusterIPsOf(service).filter((ip) => ip !== 'None' && ip !== '') : [];
  const numbers = [
    ...portsOf(service).map((port) => numberOf(port['nodePort'])),
    numberOf(specOf(service)['healthCheckNodePort']),
  ];
  return [
    ...addresses.map((value) => ({ pool: 'clusterIP', value })),
    ...[...new Set(numbers)].filter((port) => port !== 0).map((port) => ({ pool: 'nodePort', value: String(port) })),
  ];
}

/** Gives a Service its addresses and ports; runs before validation, as in the real server. */
export function allocateService(given: KubeObject, old: KubeObject | undefined, context: AllocationContext): Allocated {
  const families = withFamilies(keepAllocated(given, old), old);
  if ('errors' in families) return families;
  // Afterwards an address only goes with a type that has none; any other change of it is refused later.
  const addressless = old === undefined || typeOf(old) === 'ExternalName';
  const addressed = addressless ? withAddress(families.service, context) : { object: families.service };
  if ('errors' in addressed) return addressed;
  const pool = new PortPool(context);
  const ported = old ? updatedPorts(addressed.object, old, pool) : newPorts(addressed.object, pool);
  if ('errors' in ported) return ported;
  return { object: withHealthCheck(ported.object, old, pool) };
}

function withAddress(service: KubeObject, context: AllocationContext): Allocated {
  if (!needsClusterIP(service) && specOf(service)['type'] === 'ExternalName') return { object: service };
  if (isHeadless(service) || clusterIPsOf(service).at(0) === 'None') return { object: service };
  const [wanted] = clusterIPsOf(service);
  const refused = (detail: string): Allocated => ({
    errors: [invalidValue('spec.clusterIPs', wanted === undefined ? [''] : [wanted], `failed to allocate IP${detail}`)],
  });
  const ip = wanted ?? freeAddress(context);
  const name = textOf(service.metadata['name']);
  if (wanted !== undefined) {
    const offset = addressBits(ip) - network;
    if (offset <= 0n || offset >= BigInt(networkSize - 1)) return refused(` ${ip}: ${outside.ip}`);
    if (context.taken('clusterIP', ip)) return refused(` ${ip}: ${taken.ip}`);
  }
  const noParent =
    name === ''
      ? ['Required value']
      : wrongPathSegment(name, false).map((why) => `Invalid value: ${JSON.stringify(name)}: ${why}`);
  const [why] = noParent;
  if (why !== undefined && !context.dryRun) {
    return refused(`: IPAddress.networking.k8s.io "${ip}" is invalid: spec.parentRef.name: ${why}`);
  }
  return { object: withSpec(service, { clusterIP: ip, clusterIPs: [ip] }) };
}

function freeAddress(context: AllocationContext): string {
  if (context.dryRun) return addressOf(0);
  const usable = networkSize - 2 - 256;
  const start = Math.floor(context.random() * usable);
  for (let step = 0; step < networkSize - 2; step += 1) {
    const offset = step < usable ? 257 + ((start + step) % usable) : step - usable + 1;
    const ip = addressOf(offset);
    if (!context.taken('clusterIP', ip)) return ip;
  }
  throw internal('failed to allocate a serviceIP: range is full');
}

function addressOf(offset: number): string {
  const bits = Number(network) + offset;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}

function internal(message: string): ApiError {
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** Node ports as one request sees them: those of others and those it took itself. */
class PortPool {
  readonly #context: AllocationContext;
  readonly #own = new Set<number>();

  constructor(context: AllocationContext) {
    this.#context = context;
  }

  /** Why the port cannot be had; undefined when it is taken now. */
  take(port: number): string | undefined {
    if (port < ports.first || port >= ports.first + ports.size) return outside.port;
    if (this.#own.has(port) || this.#context.taken('nodePort', String(port))) return taken.port;
    this.#own.add(port);
    return undefined;
  }

  hold(port: number): void {
    this.#own.add(port);
  }

  /** Any free port, low ones last; what a dry run shows lies outside the range. */
  next(): number {
    if (this.#context.dryRun) {
      const shown =
        ports.first + ports.size + 1 + [...this.#own].filter((port) => port > ports.first + ports.size).length;
      this.#own.add(shown);
      return shown;
    }
    const upper = ports.size - ports.band;
    const start = Math.floor(this.#context.random() * upper);
    for (let step = 0; step < ports.size; step += 1) {
      const offset = step < upper ? ports.band + ((start + step) % upper) : step - upper;
      if (this.take(ports.first + offset) === undefined) return ports.first + offset;
    }
    throw internal('failed to allocate a nodePort: range is full');
  }
}

function refusedPort(index: number, port: number, why: string): { readonly errors: readonly FieldError[] } {
  return { errors: [invalidValue(`spec.ports[${index}].nodePort`, port, why)] };
}

/** Ports of a new Service: one number may serve TCP and UDP of the same port. */
function newPorts(service: KubeObject, pool: PortPool): Allocated {
  if (!hasNodePorts(service)) return { object: service };
  const list = portsOf(service);
  const numbers = new Map<Json | undefined, number>();
  const result: JsonObject[] = [];
  for (const [index, port] of list.entries()) {
    const wanted = numberOf(port['nodePort']);
    if (wanted === 0 && !needsNodePort(service)) {
      result.push(port);
      continue;
    }
    const shared = numbers.get(port['port']);
    const asked =
      wanted || numberOf(list.find((each) => each['port'] === port['port'] && each['nodePort'])?.['nodePort']);
    if (shared !== undefined && (wanted === 0 || wanted === shared)) {
      result.push({ ...port, nodePort: shared });
      continue;
    }
    const why = asked === 0 ? undefined : pool.take(asked);
    if (why !== undefined) return refusedPort(index, asked, why);
    const number = asked === 0 ? pool.next() : asked;
    numbers.set(port['port'], shared ?? number);
    result.push({ ...port, nodePort: number });
  }
  return { object: withSpec(service, { ports: result }) };
}

function updatedPorts(service: KubeObject, old: KubeObject, pool: PortPool): Allocated {
  if (!hasNodePorts(service)) return { object: service };
  const held = new Set(portsOf(old).map((port) => numberOf(port['nodePort'])));
  for (const port of held) pool.hold(port);
  const fresh = new Set<number>();
  const seen = new Set<string>();
  const result: JsonObject[] = [];
  for (const [index, port] of portsOf(service).entries()) {
    const wanted = numberOf(port['nodePort']);
    if (wanted === 0) {
      result.push(needsNodePort(service) ? { ...port, nodePort: pool.next() } : port);
      continue;
    }
    const pair = `${textOf(port['protocol'])} ${wanted}`;
    if (!held.has(wanted) && !fresh.has(wanted)) {
      const why = pool.take(wanted);
      if (why !== undefined) return refusedPort(index, wanted, why);
      fresh.add(wanted);
    }
    if (seen.has(pair)) throw new ApiError(500, '', `duplicate nodePort: {${pair}}`);
    seen.add(pair);
    result.push(port);
  }
  return { object: withSpec(service, { ports: result }) };
}

function withHealthCheck(service: KubeObject, old: KubeObject | undefined, pool: PortPool): KubeObject {
  if (!needsHealthCheck(service) || (old && needsHealthCheck(old))) return service;
  const wanted = numberOf(specOf(service)['healthCheckNodePort']);
  const why = wanted === 0 ? undefined : pool.take(wanted);
  if (why !== undefined) throw internal(`failed to allocate requested HealthCheck NodePort ${wanted}: ${why}`);
  return withSpec(service, { healthCheckNodePort: wanted === 0 ? pool.next() : wanted });
}
