/** Runs that end or print otherwise than recorded, by their reason. */
const byReason: Readonly<Record<string, readonly string[]>> = {
  'the kinds that the mock serves are fewer': ['01-discovery/kubectl-api-resources#1'],
  'the installed kubectl names itself': ['01-discovery/kubectl-version#1', '01-discovery/kubectl-version#3'],
  'the mock describes fields in its own words': ['01-discovery/kubectl-explain#1'],
  'kubectl before 1.33 warns of a watch that it ended itself': ['03-loadbalancer/kubectl-delete-waits#12'],
  'no controller-manager makes EndpointSlices and Endpoints': [
    '02-nodeport/apply-and-get#15',
    '02-nodeport/older-kubectl#12',
    '02-nodeport/with-endpoints#11',
    '02-nodeport/with-endpoints#16',
    '02-nodeport/with-endpoints#18',
    '02-nodeport/with-endpoints#20',
    '02-nodeport/with-endpoints#22',
    '03-loadbalancer/lifecycle#14',
    '03-loadbalancer/pending#11',
    '03-loadbalancer/status-shapes#3',
    '03-loadbalancer/status-shapes#17',
    '03-loadbalancer/table-while-terminating#8',
    '10-nodes-slices/local-traffic#13',
    '10-nodes-slices/local-traffic#18',
  ],
  'no controller-manager labels nodes and takes their taint away': ['02-nodeport/nodes#11', '02-nodeport/nodes#13'],
  'no controller-manager deletes in the foreground': ['03-loadbalancer/kubectl-delete-waits#18'],
  'pods are not bound to nodes': [
    '10-nodes-slices/pods#9',
    '10-nodes-slices/pods#11',
    '10-nodes-slices/pods#19',
    '10-nodes-slices/pods#21',
  ],
  'the kinds of quotas and limits are not served': ['12-other-kinds/namespace-kubectl#9'],
  'events of the newer group are shown by fields of the older': ['08-apply/kubectl-events#33'],
};

/** The reason by the id of a run. */
export const knownDifferences: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(byReason).flatMap(([reason, ids]) => ids.map((id) => [id, reason])),
);
