import type { Plan, Step } from './plan.ts';
import { isRef, isSharedRef } from './resource.ts';

/** How a part of the text may be set off, on a terminal by colour. The identity gives plain text. */
export interface Paint {
  (role: 'create' | 'update' | 'delete' | 'risk' | 'faint', text: string): string;
}

export const plain: Paint = (_role, text) => text;

const signs = { create: '+', update: '~', delete: '-' } as const;

/** The plan as a person reads it: one line a step, aligned, its fields below it, the risks marked. */
export function renderPlan(plan: Plan, paint: Paint = plain): string {
  if (plan.steps.length === 0) return 'No changes.\n';
  const width = Math.max(...plan.steps.map((step) => step.resource.id.length));
  const lines = plan.steps.flatMap((step) => renderStep(step, width, paint));
  return `${lines.join('\n')}\n\n${summary([plan])}\n`;
}

/** The plan as JSON, stable for the same plan. */
export const renderPlanJson = (plan: Plan): string => `${JSON.stringify(plan, null, 2)}\n`;

function renderStep(step: Step, width: number, paint: Paint): string[] {
  const risk = step.risk === 'none' ? '' : paint('risk', `  ! ${riskText[step.risk]}`);
  const head = `${signs[step.op]} ${step.resource.id.padEnd(width)}`;
  return [
    `  ${paint(step.op, head)}  ${paint('faint', step.why)}${risk}`,
    ...fieldsOf(step).map((line) => `      ${line}`),
  ];
}

/** What a new resource will be; what differs of one that is there. */
function fieldsOf({ op, changes, resource }: Step): string[] {
  if (op !== 'create' || changes.length > 0) {
    return changes.map(({ field, from, to }) => `${field}: ${showValue(from)} → ${showValue(to)}`);
  }
  return Object.entries(resource.spec).flatMap(([field, value]) =>
    isNothing(value) ? [] : [`${field}: ${showValue(value)}`],
  );
}

const riskText = { traffic: 'interrupts traffic', address: 'gives up an address' } as const;

/** `2 to create, 1 to update, 0 to delete.` over all the plans. */
export function summary(plans: readonly Plan[]): string {
  const count = (op: Step['op']): number =>
    plans.reduce((sum, { steps }) => sum + steps.filter((step) => step.op === op).length, 0);
  return `${count('create')} to create, ${count('update')} to update, ${count('delete')} to delete.`;
}

function isNothing(value: unknown): boolean {
  if (typeof value !== 'object') return value === undefined;
  return value === null || Object.keys(value).length === 0;
}

/** A value of a spec, short and readable. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return '(none)';
  if (isRef(value)) return value.$ref;
  if (isSharedRef(value)) return `${value.$shared} (shared)`;
  if (Array.isArray(value)) return `[${value.map(showValue).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]: [string, unknown]) => `${key}: ${showValue(inner)}`)
    .join(', ')}}`;
}
