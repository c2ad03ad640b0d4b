export { type Activity, createActivity } from './data-plane/activity.ts';
export { type AddressPlan, addressPlan } from './data-plane/address-plan.ts';
export { type DataPlane, type DataPlaneOptions, startDataPlane } from './data-plane/data-plane.ts';
export type { Forward, Packet, Verdict } from './data-plane/packet.ts';
export { machinePower, type MachinePower } from './data-plane/machine-power.ts';
export type { ListenProblem } from './data-plane/sockets/listeners.ts';
export { echoPods, type EchoPodsOptions } from './data-plane/pods/echo-pods.ts';
export type { FaultEffect, FaultMatch, FaultRule } from './faults.ts';
export * from './gce-compute/index.ts';
export { createKubeApi, type KubeApi, type KubeApiOptions } from './kube-apiserver/api.ts';
export type { EtcdProblem, KubeFaultEffect, KubeFaultRule, WatchBreak } from './kube-apiserver/fault-effects.ts';
export type { AuthOptions, StaticToken } from './kube-apiserver/auth/options.ts';
export { parseTokenFile } from './kube-apiserver/auth/token-file.ts';
export type {
  ContainerPhase,
  ContainerState,
  NodePower,
  PodRuntime,
  PodState,
  RunningPod,
} from './kube-controllers/pod-runtime.ts';
export { readyPods, type ReadyPodsOptions } from './kube-controllers/ready-pods.ts';
export { startKubeApiServer, type KubeApiServer, type KubeApiServerOptions } from './kube-apiserver/server.ts';
export type { KubeAnswer, KubeRequest } from './kube-apiserver/wire.ts';
export { type MetadataServer, type MetadataServerOptions, startMetadataServer } from './metadata-server/index.ts';
