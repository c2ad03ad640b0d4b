/** A defect of the product that the simulation must find: one piece of source text is replaced when it is loaded. */
export interface Defect {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
  /** The piece runs only where leaders are elected: other stories cannot find it, and are passed over. */
  readonly needsElection?: true;
}

export const defects: readonly Defect[] = [
  {
    name: 'finalizer removed before the resources',
    file: 'src/controller/clean-up.ts',
    find: 'if (removal.steps.length > 0) held = await run(removal);',
    put: 'await writer?.write({ finalizer: false }); if (removal.steps.length > 0) held = await run(removal);',
  },
  {
    name: 'resources made before the finalizer',
    file: 'src/controller/reconcile.ts',
    find: "await watch.time('claim', () => claim(service, restrained.plan, beginning, outdated, writer));",
    put: '',
  },
  {
    name: 'mark not checked',
    file: 'providers/gce/inventory.ts',
    find: 'if (held.mark && ownerKey(held.mark.owner) === ownerKey(owner)) return;',
    put: 'if (held.path.length > 0 || ownerKey(owner) === "") return;',
  },
  {
    name: 'stale picture trusted before a deletion',
    file: 'providers/gce/execute.ts',
    find: 'const held = await cloud.reread({ kind, path }, signal);\n  if (!held) return;',
    put: 'const held = cloud.known.at(path);\n  if (!held) return;',
  },
  {
    name: 'stale picture trusted before a replacement',
    file: 'providers/gce/hold.ts',
    find: "if (reserved) await cloud.reread({ kind: 'address', path: reserved.path }, signal);",
    put: '',
  },
  {
    name: 'address not held while its rule is replaced',
    file: 'providers/gce/execute.ts',
    find: "if (place.kind === 'forwarding-rule' && step.why !== notWanted) await holdAddress(cloud, step, owner, signal);",
    put: '',
  },
  {
    name: 'status not cleared before a deletion',
    file: 'src/controller/clean-up.ts',
    find: "await watch.time('claim', async () => writer?.withdraw(before));",
    put: '',
  },
  {
    name: 'status not cleared before an address is given up',
    file: 'src/controller/carry-out.ts',
    find: 'if (losing.has(step.id)) await (withdrawn ??= withdraw?.());',
    put: 'withdrawn ??= losing.size < 0 ? withdraw?.() : undefined;',
  },
  {
    name: 'withdrawn address announced again after a failure',
    file: 'src/controller/reconcile.ts',
    find: 'const kept = writer.left().status.ingress.filter(',
    put: 'const kept = service.status.ingress.filter(',
  },
  {
    name: 'address given up without consent',
    file: 'src/controller/restraint.ts',
    find: "step.risk === 'address' && !agreed",
    put: "step.risk === 'address' && !agreed && step.op !== 'delete'",
  },
  {
    name: 'source ranges ignored',
    file: 'providers/gce/desired.ts',
    find: 'const sources = intent.sourceRanges[family].toSorted();',
    put: "const sources = intent.sourceRanges[family].length > 0 ? ['0.0.0.0/0'] : [];",
  },
  {
    name: 'firewall open to every address',
    file: 'providers/gce/kinds/firewall.ts',
    find: '...(spec.destination === null ? {} : { destinationRanges: [destinationOf(ipFor(spec.destination, writing))] }),',
    put: '...(spec.destination === null || ipFor(spec.destination, writing) === "" ? {} : {}),',
  },
  {
    name: 'one key worked on twice at once',
    file: 'src/controller/queue.ts',
    find: 'if (running.has(key)) again.set(key, clock.monotonic());\n    else makeReady(key, clock.monotonic());',
    put: 'makeReady(key, clock.monotonic());',
  },
  {
    name: 'writes after the lease is lost',
    file: 'src/controller/run.ts',
    find: "lease?.addEventListener('abort', endNow, { once: true });",
    put: '',
    needsElection: true,
  },
  {
    name: 'sweep does not look again',
    file: 'src/controller/stock.ts',
    find: 'provider.refresh();',
    put: '',
  },
  {
    name: 'history lost and not listed again',
    file: 'src/kube/list-watch.ts',
    find: "if (failure.code === 'stale') version = undefined;",
    put: '',
  },
  {
    name: 'deletions in a gap not noticed',
    file: 'src/kube/list-watch.ts',
    find: 'for (const key of objects.keys()) if (!keys.has(key)) drop(key);',
    put: 'keys.clear();',
  },
  {
    name: 'own writes during a listing forgotten',
    file: 'providers/gce/inventory.ts',
    find: 'for (const held of [...listed.values(), ...missed, ...kept]) add(held);',
    put: 'for (const held of missed.length + kept.length < 0 ? kept : all) add(held);',
  },
  {
    name: 'operation not waited for',
    file: 'providers/gce/compute/compute.ts',
    find: 'done = await untilDone(call.project, started, signal);',
    put: "done = call.verb === 'delete' ? started : await untilDone(call.project, started, signal);",
  },
  {
    name: 'doubt after a failure not kept',
    file: 'providers/gce/execute.ts',
    find: 'for (const doubt of [{ kind, path }, ...addressDoubts(cloud, step)]) cloud.known.doubt(owner, doubt);',
    put: 'addressDoubts(cloud, step);',
  },
  {
    name: 'failed operation taken for done',
    file: 'providers/gce/compute/compute.ts',
    find: 'const error = errorOfOperation(done, objectOf(call));\n      if (error) throw error;',
    put: 'errorOfOperation(done, objectOf(call));',
  },
  {
    name: 'excluded nodes kept',
    file: 'src/model/node.ts',
    find: 'if (exclude !== undefined && !isFalse(exclude))',
    put: "if (exclude !== undefined && exclude === 'never')",
  },
  {
    name: 'deletion taken for done though a step failed',
    file: 'src/controller/clean-up.ts',
    find: 'if (error) throw error;\n      return watch.time',
    put: 'if (error) return { ...(await observe()), graph: new Map() };\n      return watch.time',
  },
  {
    name: 'lease looked at before a step, not before each call',
    file: 'providers/gce/compute/compute.ts',
    find: "if (verbs[call.verb].effect === 'submit') options.beforeWrite?.();",
    put: '',
    needsElection: true,
  },
  {
    name: 'operations under way not waited for when in doubt',
    file: 'providers/gce/cloud.ts',
    find: 'if (doubts.length > 0) await waitOut(config, compute, signal);',
    put: '',
  },
  {
    name: 'address released before a rule has its IP for good',
    file: 'providers/gce/hold.ts',
    find: 'if (stays) await release(cloud, held, owner, signal);',
    put: 'if (stays || held) await release(cloud, held, owner, signal);',
  },
  {
    name: 'reservation with another IP taken for the one of the rule',
    file: 'providers/gce/reading.ts',
    find: "return ip !== '' && ip !== ipIn(held, 'address') && !cloud.known.addressWith(ip);",
    put: "return ip === 'none';",
  },
  {
    name: 'replace order swapped: made before the old one is gone',
    file: 'src/graph/plan.ts',
    find: 'const after: StepId[] = [`delete ${id}`, ...needs];',
    put: 'const after: StepId[] = needs;',
  },
  {
    name: 'deletions in no order',
    file: 'src/graph/plan.ts',
    find: 'const after = [...(users.get(id) ?? []).map(releases), ...beside(id)];',
    put: 'const after = beside(id);',
  },
  {
    name: 'lost answer taken for success',
    file: 'providers/gce/compute/compute.ts',
    find: 'if (!unsure.has(error.code)) unfinished.delete(target);',
    put: 'if (unsure.has(error.code)) return {};',
  },
  {
    name: 'retry without its request id',
    file: 'providers/gce/compute/compute.ts',
    find: 'await once({ ...call, query: { ...call.query, requestId } }, writes, signal);',
    put: 'await once(before ? call : { ...call, query: { ...call.query, requestId } }, writes, signal);',
  },
  {
    name: 'lost answer: sent again at once under another request id',
    file: 'providers/gce/compute/compute.ts',
    find: 'const started = await once({ ...call, query: { ...call.query, requestId } }, writes, signal);',
    put: `const send = (id) => once({ ...call, query: { ...call.query, requestId: id } }, writes, signal);
        const started = await send(requestId).catch((lost) => {
          if (signal.aborted || !unsure.has(asPorticoError(lost).code)) throw lost;
          return send(newRequestId());
        });`,
  },
  {
    name: 'lease judged by the wall clock',
    file: 'src/kube/election.ts',
    find: 'const expired = ({ durationSeconds }: LeaseRecord, seenAt: number, clock: Clock): boolean =>\n  clock.monotonic() - seenAt > durationSeconds * 1000;',
    put: 'const expired = ({ durationSeconds, renewTime }: LeaseRecord, _seenAt: number, clock: Clock): boolean =>\n  clock.now() - Date.parse(renewTime) > durationSeconds * 1000;',
    needsElection: true,
  },
  {
    name: 'lease renewed whoever holds it',
    file: 'src/kube/lease.ts',
    find: 'JSON.stringify({ metadata: { resourceVersion }, spec: specOf(record) })',
    put: 'JSON.stringify({ metadata: resourceVersion ? {} : undefined, spec: specOf(record) })',
    needsElection: true,
  },
  {
    name: 'time of the lease told by timers alone',
    file: 'src/kube/election.ts',
    find: 'if (clock.monotonic() - held.since >= renewDeadline) lose(late);',
    put: '',
    needsElection: true,
  },
  {
    name: 'address that others use taken for free',
    file: 'providers/gce/reading.ts',
    find: '} else if (held && contest) {',
    put: '} else if (held && contest && held.path.length === 0) {',
  },
  {
    name: 'announced before its firewall is there',
    file: 'providers/gce/observe.ts',
    find: '(!wanted.includes(firewall) || equal(open?.destination, spec.address))',
    put: 'firewall.length > 0',
  },
  {
    name: 'node without a machine asked for at every sweep',
    file: 'providers/gce/members.ts',
    find: '(await machinesGone(cloud, group, before, signal)).map((name) => [name, noMachine]),',
    put: '',
  },
  {
    name: 'names that Services had remembered for good',
    file: 'src/controller/holders.ts',
    find: 'if (known?.size === 0) byKey.delete(keyOf(owner));',
    put: '',
  },
  {
    name: 'mutation of something that is gone remembered for good',
    file: 'providers/gce/compute/compute.ts',
    find: 'unfinished.delete(targetOf(read));',
    put: 'if (found) unfinished.delete(targetOf(read));',
  },
];
