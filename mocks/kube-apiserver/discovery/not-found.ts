import { type KubeAnswer, plainHeaders } from '../wire.ts';

/** Paths of which nothing is known. */
export function notFoundText(): KubeAnswer {
  return {
    status: 404,
    headers: { ...plainHeaders, 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
    body: new TextEncoder().encode('404 page not found\n'),
  };
}
