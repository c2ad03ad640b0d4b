/** What the package offers to other programs: the engine, the provisioning interface, and the controller itself. */
export { type Clock, systemClock } from './clock.ts';
export { classIs } from './controller/decide.ts';
export { type Observer, noObserver } from './controller/observer.ts';
export { type ControllerOptions, runController } from './controller/run.ts';
export { type ErrorCode, errorRules, PorticoError } from './errors.ts';
export { type Applied, apply } from './graph/apply.ts';
export type { Change } from './graph/diff.ts';
export {
  type FieldPolicy,
  type KindPolicy,
  type Plan,
  plan,
  type Policies,
  type PoliciesOf,
  type Step,
} from './graph/plan.ts';
export { renderPlan, renderPlanJson } from './graph/render.ts';
export {
  emptyGraph,
  type Graph,
  graph,
  type Ref,
  type Resource,
  type ResourceId,
  ref,
  resource,
  type SharedRef,
  sharedRef,
} from './graph/resource.ts';
export { kubeClient } from './kube/client.ts';
export type * from './kube/transport.ts';
export type * from './model/intent.ts';
export * from './model/owner.ts';
export { resourceName } from './model/resource-name.ts';
export * from './provider.ts';
