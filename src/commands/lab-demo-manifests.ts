export const namespace = 'portico-demo';
/** The Deployment, and the Service with the balancer. */
export const name = 'kubia';
export const nodePortName = 'kubia-nodeport';
export const datagramName = 'kubia-udp';
export const refusedName = 'kubia-refused';

/** Where the containers answer. */
const ports = [
  { containerPort: 8080, protocol: 'TCP' },
  { containerPort: 8081, protocol: 'UDP' },
];
export const datagramPort = 8081;
/** Ports below 1024 are for root. */
export const webPort = process.getuid?.() === 0 ? 80 : 8080;

const labels = { app: name };
const onTwoNodes = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1', 'node-2'] }] },
      ],
    },
  },
};

const service = (own: string, spec: object, annotations: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: own, namespace, annotations },
  spec: { selector: labels, ...spec },
});
const web = [{ port: webPort, targetPort: 8080 }];

/** Three pods on two nodes, and what exposes them. The last one asks for weights that go with `Local` alone. */
export const manifests = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { affinity: onTwoNodes, containers: [{ name, image: 'luksa/kubia', ports }] },
      },
    },
  },
  service(nodePortName, { type: 'NodePort', ports: web }),
  service(name, { type: 'LoadBalancer', ports: web }, { 'portico.dev/health-check-interval': '1' }),
  service(datagramName, {
    type: 'LoadBalancer',
    ports: [{ port: datagramPort, targetPort: datagramPort, protocol: 'UDP' }],
  }),
  service(refusedName, { type: 'LoadBalancer', ports: web }, { 'portico.dev/weights': 'pods-per-node' }),
];
