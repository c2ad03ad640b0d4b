import { asPorticoError, errorRules, isTold, PorticoError } from '../errors.ts';
import { type Condition, keyOf, type Service, type ServiceIngress } from '../model/service.ts';
import type { Observation } from '../provider.ts';
import {
  conditionIn,
  conditionOf,
  type ConditionType,
  driftType,
  programmedType,
  reservedType,
  type Verdict,
  verdicts,
} from './conditions.ts';
import { asks, demand } from './decide.ts';
import { type Happening, syncFailed, serviceReference } from './events.ts';
import type { PassContext } from './pass.ts';
import { finalizer, servicePatch } from './status.ts';

/** Writes to one Service during one pass: each write goes on from the answer to the one before. */
export interface ServiceWriter {
  /** Makes the Service carry this; true when something had to be written. */
  write(wished: Writing): Promise<boolean>;
  /**
   * Takes back what the status says of addresses that are about to be given up. Throws `stale` when the Service is to be served
   * again by now: what is watched may be behind, and an address once given up is gone.
   */
  withdraw(observed: Observation): Promise<void>;
  /** The same, of all addresses, when others come in their place; throws `stale` when the Service asks for anything else by now. */
  exchange(): Promise<void>;
  /** Lets the Service go: no finalizer, no address, no condition. `observed` is what it held. */
  release(observed: Observation): Promise<void>;
  /** Writes why the pass failed, and what `ingress` is left, and tells it as an Event. */
  fail(error: PorticoError, ingress: readonly ServiceIngress[] | undefined): Promise<void>;
  /** The Service as this pass found it, or as its last write left it. */
  left(): Service;
  /** Records an Event. */
  tell(happening: Happening): void;
}

export interface Writing {
  readonly finalizer?: boolean;
  readonly ingress?: readonly ServiceIngress[];
  /** Null takes the condition away. */
  readonly verdict?: Verdict | null;
  /** Why an address that should be reserved is not; null says that all is as it should be. */
  readonly unreserved?: Observation['unreserved'] | null;
  /** Null takes the condition away, undefined leaves it. */
  readonly drift?: Verdict | null | undefined;
}

export function serviceWriter(service: Service, context: PassContext): ServiceWriter {
  const { kube, clock, kill, claims } = context;
  let current = service;

  const conditionFor = (type: ConditionType, verdict: Verdict | null): Condition | null =>
    verdict && conditionOf(type, verdict, conditionIn(current.status.conditions, type), clock.now());

  /** Names who serves, so that of several controllers in a cluster everybody knows whom to ask. */
  const signed = (verdict: Verdict): Verdict => ({
    ...verdict,
    message: `${verdict.message} Served by Portico (cluster ${context.cluster}, ${claims.title}).`,
  });

  const write = ({ verdict, ...rest }: Writing): Promise<boolean> =>
    patch({ ...rest, ...(verdict === undefined ? {} : { verdict: verdict && signed(verdict) }) });

  const patch = async ({ verdict, unreserved, drift, ...wished }: Writing): Promise<boolean> => {
    const notReserved: Verdict | null | undefined = unreserved && { status: 'False', ...unreserved };
    const operations = servicePatch(
      current,
      {
        ...wished,
        conditions: {
          ...(verdict === undefined ? {} : { [programmedType]: conditionFor(programmedType, verdict) }),
          ...(notReserved === undefined ? {} : { [reservedType]: conditionFor(reservedType, notReserved) }),
          ...(drift === undefined ? {} : { [driftType]: conditionFor(driftType, drift) }),
        },
      },
      claims.finalizer,
    );
    if (operations.length === 0) return false;
    if (kill.aborted) throw new PorticoError('aborted', 'Stopped before the Service was written.');
    current = await kube.patchService(current.metadata, operations, kill);
    context.services.wrote(current);
    return true;
  };

  /** What remains of the status without addresses of ours; another controller's stay when the Service is now its own. */
  const withoutOurs = ({ ingress, sticky }: Observation): readonly ServiceIngress[] => {
    if (claims(current.spec.loadBalancerClass)) return [];
    const ours = new Set([
      ...ingress.map((each) => ('ip' in each ? each.ip : each.hostname)),
      ...sticky.addresses.map(({ ip }) => ip),
    ]);
    return current.status.ingress.filter(({ ip, hostname }) => !ours.has(ip ?? hostname ?? ''));
  };

  /** Whether the Service now belongs to another controller, whose conditions they are. */
  const anothers = (): boolean => current.spec.type === 'LoadBalancer' && !claims(current.spec.loadBalancerClass);

  /** Writes what is wished if what has to be done is still asked for; what is watched may be behind. */
  const writeIf = async (asked: (now: Service) => boolean, wished: Writing): Promise<void> => {
    const check = (now: Service): void => {
      if (asked(now)) return;
      context.services.wrote(now);
      throw new PorticoError(
        'stale',
        `Service ${keyOf(service)} was changed while its address was about to be given up.`,
      );
    };
    check(current);
    // Where there is nothing to write, a patch that changes nothing has the Service as it is in its answer.
    const read = (): Promise<Service> =>
      kube.patchService(current.metadata, [{ op: 'test', path: '/metadata/uid', value: current.metadata.uid }], kill);
    check((await write(wished)) ? current : await read());
  };

  const tell = (happening: Happening): void => {
    context.events.record(serviceReference(service.metadata), happening);
  };

  return {
    left: () => current,
    write,
    tell,
    withdraw: async (observed) => {
      const left = withoutOurs(observed);
      const withdrawn = left.length < current.status.ingress.length;
      const wished = withdrawn ? { ingress: left, ...(anothers() ? {} : { verdict: verdicts.deleting }) } : {};
      if (current.metadata.deletionTimestamp === null) await writeIf((now) => demand(now, claims) !== 'serve', wished);
      else await unlessGone(write(wished));
    },
    exchange: () => writeIf((now) => asks(now) === asks(service), { ingress: [] }),
    release: async (observed) => {
      const dying = current.metadata.deletionTimestamp !== null;
      // What is about to vanish needs no tidy status.
      const tidy: Writing = dying
        ? {}
        : {
            ingress: withoutOurs(observed),
            ...(anothers() ? {} : { verdict: null, unreserved: null, drift: null }),
          };
      // The finalizer without a class is the same for all controllers: it stays for the one that the Service has now.
      const theirs = anothers() && claims.finalizer === finalizer;
      await unlessGone(write({ ...(theirs ? {} : { finalizer: false }), ...tidy }));
    },
    fail: async (error, ingress) => {
      const rule = errorRules[error.code];
      if (!isTold(error.code)) return;
      const verdict: Verdict = { status: 'False', reason: rule.reason, message: error.message };
      const news = await unlessGone(patch({ verdict, ...(ingress ? { ingress } : {}) }));
      if (news || rule.retry !== 'change') tell(syncFailed(error.message));
    },
  };
}

/** False when the Service does not exist any more, and nothing is left to write. */
async function unlessGone(written: Promise<boolean>): Promise<boolean> {
  try {
    return await written;
  } catch (error) {
    if (asPorticoError(error).code === 'not-found') return false;
    throw error;
  }
}
