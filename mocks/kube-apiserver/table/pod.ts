import { at, isObject, listOf, scalarText, textOf, type JsonObject } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { isTerminating } from '../metadata.ts';
import { ageOf } from './age.ts';
import { ageColumn, column, nameColumn, orNone, table, wide } from './build.ts';

export const podTable = table(
  nameColumn,
  column('Ready', 'Ready containers of all.', ready),
  column('Status', 'Phase, or why containers wait or ended.', status),
  column('Restarts', 'Restarts of all containers.', restarts),
  ageColumn,
  wide('IP', 'Address of the pod.', (pod) => orNone(textOf(at(pod, 'status', 'podIP')))),
  wide('Node', 'Node it runs on.', (pod) => orNone(textOf(at(pod, 'spec', 'nodeName')))),
  wide('Nominated Node', 'Node it will run on once others made room.', (pod) =>
    orNone(textOf(at(pod, 'status', 'nominatedNodeName'))),
  ),
  wide('Readiness Gates', 'Extra conditions that are true, of all.', gates),
);

function containers(pod: KubeObject): readonly JsonObject[] {
  return listOf(at(pod, 'status', 'containerStatuses')).filter(isObject);
}

function ready(pod: KubeObject): string {
  const up = containers(pod).filter((each) => each['ready'] === true && at(each, 'state', 'running') !== undefined);
  return `${up.length}/${listOf(at(pod, 'spec', 'containers')).length}`;
}

function status(pod: KubeObject): string {
  if (isTerminating(pod)) return at(pod, 'status', 'reason') === 'NodeLost' ? 'Unknown' : 'Terminating';
  let reason = textOf(at(pod, 'status', 'reason')) || textOf(at(pod, 'status', 'phase'));
  for (const each of containers(pod).toReversed()) {
    const waiting = textOf(at(each, 'state', 'waiting', 'reason'));
    const ended = at(each, 'state', 'terminated');
    if (waiting !== '') reason = waiting;
    else if (isObject(ended)) reason = textOf(ended['reason']) || `ExitCode:${scalarText(ended['exitCode'] ?? 0)}`;
  }
  return reason;
}

function restarts(pod: KubeObject, nowMs: number): string {
  const all = containers(pod);
  const total = all.reduce((sum, each) => sum + Number(each['restartCount'] ?? 0), 0);
  const last = all
    .map((each) => textOf(at(each, 'lastState', 'terminated', 'finishedAt')))
    .filter((stamp) => stamp !== '')
    .toSorted()
    .at(-1);
  return total > 0 && last !== undefined ? `${total} (${ageOf(last, nowMs)} ago)` : String(total);
}

function gates(pod: KubeObject): string {
  const wanted = listOf(at(pod, 'spec', 'readinessGates')).filter(isObject);
  if (wanted.length === 0) return '<none>';
  const conditions = listOf(at(pod, 'status', 'conditions')).filter(isObject);
  const met = wanted.filter((gate) =>
    conditions.some(({ type, status: value }) => type === gate['conditionType'] && value === 'True'),
  );
  return `${met.length}/${wanted.length}`;
}
