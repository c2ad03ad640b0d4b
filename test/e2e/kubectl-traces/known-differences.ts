/** Runs that end or print otherwise than recorded, by their reason. */
const byReason: Readonly<Record<string, readonly string[]>> = {
  'the collection of bindings is not served': ['01-discovery/kubectl-api-resources#1'],
  'the installed kubectl names itself': ['01-discovery/kubectl-version#1', '01-discovery/kubectl-version#3'],
  'the mock describes fields in its own words': ['01-discovery/kubectl-explain#1'],
  'kubectl before 1.33 warns of a watch that it ended itself': ['03-loadbalancer/kubectl-delete-waits#12'],
  'kubectl before 1.33 names container ports otherwise': ['10-nodes-slices/pods#11'],
  'controllers and kubectl take other times than recorded': [
    '02-nodeport/nodes#13',
    '03-loadbalancer/table-while-terminating#8',
    '10-nodes-slices/local-traffic#18',
  ],
};

/** The reason by the id of a run. */
export const knownDifferences: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(byReason).flatMap(([reason, ids]) => ids.map((id) => [id, reason])),
);
