import { at, isObject, listOf, objectOf, textOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { ageColumn, column, formatLabels, nameColumn, table, wide } from './build.ts';

function number(object: KubeObject, ...path: readonly string[]): number {
  const value = at(object, ...path);
  return typeof value === 'number' ? value : 0;
}

function containerTexts(object: KubeObject, key: string): string {
  return listOf(at(object, 'spec', 'template', 'spec', 'containers'))
    .filter(isObject)
    .map((each) => textOf(each[key]))
    .join(',');
}

/** A label selector of the apps group in one line. */
function selector(object: KubeObject): string {
  const { matchLabels, matchExpressions } = objectOf(at(object, 'spec', 'selector'));
  const expressions = listOf(matchExpressions)
    .filter(isObject)
    .map(({ key, operator, values }) => {
      const set = `(${listOf(values).map(textOf).join(',')})`;
      switch (textOf(operator)) {
        case 'In':
          return `${textOf(key)} in ${set}`;
        case 'NotIn':
          return `${textOf(key)} notin ${set}`;
        case 'DoesNotExist':
          return `!${textOf(key)}`;
        default:
          return textOf(key);
      }
    });
  const labels = formatLabels(matchLabels);
  const all = [...(labels === '<none>' ? [] : [labels]), ...expressions];
  return all.length === 0 ? '<none>' : all.join(',');
}

const details = [
  wide('Containers', 'Names of the containers of a pod.', (each) => containerTexts(each, 'name')),
  wide('Images', 'Images of the containers of a pod.', (each) => containerTexts(each, 'image')),
  wide('Selector', 'Labels of the pods it owns.', selector),
];

export const deploymentTable = table(
  nameColumn,
  column(
    'Ready',
    'Ready pods of those wanted.',
    (each) => `${number(each, 'status', 'readyReplicas')}/${number(each, 'spec', 'replicas')}`,
  ),
  column('Up-to-date', 'Pods of the present template.', (each) => number(each, 'status', 'updatedReplicas')),
  column('Available', 'Pods ready for long enough.', (each) => number(each, 'status', 'availableReplicas')),
  ageColumn,
  ...details,
);

export const replicaSetTable = table(
  nameColumn,
  column('Desired', 'Pods wanted.', (each) => number(each, 'spec', 'replicas'), 'integer'),
  column('Current', 'Pods there are.', (each) => number(each, 'status', 'replicas'), 'integer'),
  column('Ready', 'Pods that are ready.', (each) => number(each, 'status', 'readyReplicas'), 'integer'),
  ageColumn,
  ...details,
);
