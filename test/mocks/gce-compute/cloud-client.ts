import { createGceCloud, type GceCloud, type GceCloudOptions } from '../../../mocks/index.ts';
import { type VirtualClock, virtualClock } from '../../virtual-clock.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Empty when the answer is not JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A cloud without sockets under a clock of its own, and a way to call it: paths below the project, or from the root. */
export function testCloud(options: Partial<GceCloudOptions> & { readonly clock?: VirtualClock } = {}) {
  const clock = options.clock ?? virtualClock();
  const cloud: GceCloud = createGceCloud({ project: 'p', ...options, clock });
  const call = async (method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> => {
    const response = await cloud.handle({
      method,
      path: path.startsWith('/') ? path : `/compute/v1/projects/p/${path}`,
      headers: {},
      body: body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body)),
      signal: signal ?? new AbortController().signal,
    });
    const text = new TextDecoder().decode(response.body);
    const isJson = response.headers['content-type']?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} };
  };
  return { clock, cloud, call };
}

export type Call = ReturnType<typeof testCloud>['call'];

export const messageOf = (answer: Answer): string =>
  (answer.body['error'] as { message?: string } | undefined)?.message ?? '';
export const reasonOf = (answer: Answer): string =>
  (answer.body['error'] as { errors?: { reason?: string }[] } | undefined)?.errors?.[0]?.reason ?? '';
/** `status reason`, or `status` alone when it is no refusal. */
export const outcomeOf = (answer: Answer): string => `${answer.status} ${reasonOf(answer)}`.trim();
export const namesOf = (answer: Answer): readonly string[] =>
  ((answer.body['items'] ?? []) as readonly { readonly name: string }[]).map(({ name }) => name);
