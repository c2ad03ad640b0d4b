/** One reason of a condition that is no error: what it says, and what a person does about it. */
interface ConditionReasonRow {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly meaning: string;
  readonly remedy: string;
}

/** The reasons besides those of `errorRules`. */
export const conditionReasons = {
  Programmed: {
    status: 'True',
    meaning: 'What the Service asks for is in the cloud. The message names the address and the Portico that serves.',
    remedy: 'Nothing.',
  },
  NodePortsOpen: {
    status: 'True',
    meaning: 'The firewall lets clients reach the nodePorts of a NodePort Service.',
    remedy: 'Nothing.',
  },
  Provisioning: {
    status: 'False',
    meaning: 'It is being made. A balancer takes half a minute or so on Google Cloud.',
    remedy: 'Wait. After some minutes look into the log of the leader for the name of the Service.',
  },
  Deleting: {
    status: 'False',
    meaning: 'It is being taken down.',
    remedy: 'Wait. What keeps it is told under another reason.',
  },
  NoEligibleNodes: {
    status: 'False',
    meaning: 'The balancer is there with its address, and no node carries its traffic.',
    remedy:
      'Look for nodes: are there any, have they a spec.providerID of this project and region, are all of them excluded by label? Their Events say more.',
  },
  CutOff: {
    status: 'False',
    meaning: 'Parts of the balancer were taken away in the cloud, and the policy for drift leaves it so.',
    remedy: 'Set the annotation portico.dev/drift to repair, or change the Service.',
  },
  Observed: {
    status: 'False',
    meaning: 'The policy is observe: the message says what would be done.',
    remedy: 'Take the annotation portico.dev/policy away, or run Portico with another --policy, to have it done.',
  },
} as const satisfies Record<string, ConditionReasonRow>;

export type ConditionReason = keyof typeof conditionReasons;

/** The reasons of `portico.dev/Drift`. */
export const driftReasons = {
  Drifted: {
    status: 'True',
    meaning: 'The cloud is not as asked, and is left so: the message says what differs.',
    remedy: 'Undo the change in the cloud; set portico.dev/drift to repair; or change the Service.',
  },
  AsAsked: { status: 'False', meaning: 'The cloud is as asked, the policy is to report.', remedy: 'Nothing.' },
  NotWatched: { status: 'Unknown', meaning: 'The policy is off.', remedy: 'Nothing.' },
  Repaired: {
    status: 'False',
    meaning: 'What differed last, and was undone.',
    remedy: 'Find out who changes the cloud past Kubernetes.',
  },
} as const satisfies Record<string, ConditionReasonRow>;

export type DriftReason = keyof typeof driftReasons;
