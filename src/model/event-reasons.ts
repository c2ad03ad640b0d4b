/** One reason of Events: what it is about, what it says, and what a person does about it. */
export interface EventReasonRow {
  readonly type: 'Normal' | 'Warning';
  readonly about: 'Service' | 'Node';
  readonly meaning: string;
  /** Left out where there is nothing to do. */
  readonly remedy?: string;
}

/**
 * Every reason under which Portico records an Event. Those of balancers are the ones that Kubernetes' own service
 * controller uses, so that people and tools know them.
 */
export const eventReasons = {
  EnsuringLoadBalancer: {
    type: 'Normal',
    about: 'Service',
    meaning: 'Something of the balancer is about to be made or changed.',
  },
  EnsuredLoadBalancer: { type: 'Normal', about: 'Service', meaning: 'The balancer is as asked for.' },
  DeletingLoadBalancer: { type: 'Normal', about: 'Service', meaning: 'The balancer is about to be taken down.' },
  DeletedLoadBalancer: { type: 'Normal', about: 'Service', meaning: 'Nothing of the balancer is left in the cloud.' },
  OpeningNodePorts: {
    type: 'Normal',
    about: 'Service',
    meaning: 'The firewall is about to be opened to the nodePorts.',
  },
  OpenedNodePorts: { type: 'Normal', about: 'Service', meaning: 'The firewall lets clients reach the nodePorts.' },
  ClosingNodePorts: { type: 'Normal', about: 'Service', meaning: 'The firewall is about to be closed again.' },
  ClosedNodePorts: { type: 'Normal', about: 'Service', meaning: 'Nothing of the way to the nodePorts is left.' },
  ObservedLoadBalancer: {
    type: 'Normal',
    about: 'Service',
    meaning: 'The policy is observe. The message says what would be done.',
  },
  LoadBalancerDrifted: {
    type: 'Warning',
    about: 'Service',
    meaning: 'Something in the cloud is not as asked, and the policy for drift is to report it. The message says what.',
    remedy: 'Undo the change in the cloud, or set `portico.dev/drift` to repair.',
  },
  AdoptedLoadBalancer: {
    type: 'Normal',
    about: 'Service',
    meaning:
      'A forwarding rule that `portico.dev/adopt` names gave way to the Service’s own, which has its address from then on.',
    remedy: 'Delete what stood behind the old rule when it serves nothing else; the message says where to look.',
  },
  KeptLoadBalancer: {
    type: 'Normal',
    about: 'Service',
    meaning: 'What `portico.dev/retain` names stays in the cloud, and is nobody’s now.',
    remedy: 'Give the address to a Service with `portico.dev/static-address`, or delete what the message names.',
  },
  OrphanedLoadBalancer: {
    type: 'Warning',
    about: 'Service',
    meaning: 'The Service is gone, without its finalizer, and left something in the cloud. The message says what.',
    remedy: 'Look with `portico gc`, delete with `portico gc --apply`.',
  },
  SyncLoadBalancerFailed: {
    type: 'Warning',
    about: 'Service',
    meaning: 'A pass failed. The message says at what, and the condition has the reason.',
    remedy: 'What the message says; the reason of the condition tells whether it is tried again.',
  },
  UnAvailableLoadBalancer: {
    type: 'Warning',
    about: 'Service',
    meaning: 'The balancer is there, and no node carries its traffic.',
    remedy: 'As for the condition NoEligibleNodes.',
  },
  AddressNotReserved: {
    type: 'Warning',
    about: 'Service',
    meaning:
      'The quota for static addresses is used up: the Service works with an address that would be lost with its forwarding rule.',
    remedy: 'Raise the quota, or release addresses that nobody uses; the very address is then reserved by itself.',
  },
  LoadBalancerManualChange: {
    type: 'Normal',
    about: 'Service',
    meaning: 'Portico may not change the firewall of the network’s project (shared VPC). The message has the command.',
    remedy: 'Have the command run by somebody who may. It is told once, and counts as done.',
  },
  NodeNotUsable: {
    type: 'Warning',
    about: 'Node',
    meaning: 'The cloud cannot place the node: another project, region or cloud, or no spec.providerID.',
    remedy: 'Mend the node’s spec.providerID, or label it node.kubernetes.io/exclude-from-external-load-balancers.',
  },
  NodeWithoutMachine: {
    type: 'Warning',
    about: 'Node',
    meaning: 'The cloud knows no such machine, or does not let it join, and says why. The others joined.',
    remedy:
      'Usually none: it is tried again. Delete the Node when the machine is gone for good. For machines in another load-balanced group: --gce-backends endpoint-groups.',
  },
  InstanceGroupFull: {
    type: 'Warning',
    about: 'Node',
    meaning: 'Its zone has more nodes than an instance group takes. Those beyond get no traffic.',
    remedy: 'Spread the nodes over more zones, exclude some by label, or run with --gce-backends endpoint-groups.',
  },
} as const satisfies Record<string, EventReasonRow>;

export type EventReason = keyof typeof eventReasons;
