import { systemClock } from '../../../src/clock.ts';
import { createGceCloud, type GceCloud, type GceCloudOptions } from '../../../mocks/index.ts';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A cloud without sockets and a way to call it: paths below the project. */
export function testCloud(options: Partial<GceCloudOptions> = {}) {
  const cloud: GceCloud = createGceCloud({ clock: systemClock, project: 'p', ...options });
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await cloud.handle({
      method,
      path: `/compute/v1/projects/p/${path}`,
      headers: {},
      body: body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body)),
      signal: new AbortController().signal,
    });
    return { status: response.status, body: JSON.parse(new TextDecoder().decode(response.body) || '{}') };
  };
  return { cloud, call };
}

export const messageOf = (answer: Answer): string =>
  (answer.body['error'] as { message?: string } | undefined)?.message ?? '';
export const reasonOf = (answer: Answer): string =>
  (answer.body['error'] as { errors?: { reason?: string }[] } | undefined)?.errors?.[0]?.reason ?? '';
