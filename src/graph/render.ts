import { equal } from './diff.ts';
import type { Plan, Step } from './plan.ts';

/** How a part of the text may be set off, on a terminal by colour. The identity gives plain text. */
export interface Paint {
  (role: 'create' | 'update' | 'delete' | 'risk' | 'faint', text: string): string;
}

export const plain: Paint = (_role, text) => text;

const signs = { create: '+', update: '~', delete: '-' } as const;

/** The plan as a person reads it: one line a step, aligned, the changed fields below it, the risks marked. */
export function renderPlan(plan: Plan, paint: Paint = plain): string {
  if (plan.steps.length === 0) return 'No changes.\n';
  const width = Math.max(...plan.steps.map((step) => step.resource.id.length));
  const lines = plan.steps.flatMap((step) => renderStep(step, width, paint));
  return `${lines.join('\n')}\n\n${summary(plan)}\n`;
}

/** The plan as JSON, stable for the same plan. */
export const renderPlanJson = (plan: Plan): string => `${JSON.stringify(plan, null, 2)}\n`;

function renderStep(step: Step, width: number, paint: Paint): string[] {
  const risk = step.risk === 'none' ? '' : paint('risk', `  ! ${riskText[step.risk]}`);
  const head = `${signs[step.op]} ${step.resource.id.padEnd(width)}`;
  const fields = step.changes.map(({ field, from, to }) => `      ${field}: ${show(from)} → ${show(to)}`);
  return [`  ${paint(step.op, head)}  ${paint('faint', step.why)}${risk}`, ...fields];
}

const riskText = { traffic: 'interrupts traffic', address: 'gives up an address' } as const;

function summary(plan: Plan): string {
  const count = (op: Step['op']): number => plan.steps.filter((step) => step.op === op).length;
  return `${count('create')} to create, ${count('update')} to update, ${count('delete')} to delete.`;
}

function show(value: unknown): string {
  return value === undefined || equal(value, null) ? '(none)' : JSON.stringify(value);
}
