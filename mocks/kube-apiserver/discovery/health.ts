import type { KubeAnswer } from '../wire.ts';
import { plainHeaders } from '../wire.ts';

/** The checks each endpoint lists with `?verbose`. All of them are trivially well here. */
const checks = {
  healthz: ['ping', 'log', 'poststarthook/start-apiserver-admission-initializer'],
  livez: ['ping', 'log', 'poststarthook/start-apiserver-admission-initializer'],
  readyz: ['ping', 'log', 'informer-sync', 'poststarthook/start-apiserver-admission-initializer'],
} as const;

const text = { 'Content-Type': 'text/plain; charset=utf-8' };
const encoder = new TextEncoder();

/** `/healthz`, `/livez`, `/readyz` and their single checks. */
export function health(
  endpoint: keyof typeof checks,
  check: string,
  query: URLSearchParams,
  method: string,
): KubeAnswer {
  const known: readonly string[] = checks[endpoint];
  const sniff = { 'X-Content-Type-Options': 'nosniff' };
  if (check !== '') {
    return known.includes(check)
      ? { status: 200, headers: { ...plainHeaders, ...text }, body: encoder.encode('ok') }
      : { status: 404, headers: { ...plainHeaders, ...text, ...sniff }, body: encoder.encode('404 page not found\n') };
  }
  const excluded = query.getAll('exclude');
  const lines = known.map((name) => (excluded.includes(name) ? `[+]${name} excluded: ok\n` : `[+]${name} ok\n`));
  const body = query.has('verbose') ? `${lines.join('')}${endpoint} check passed\n` : 'ok';
  return {
    status: 200,
    headers: { ...plainHeaders, ...text, ...sniff },
    body: method === 'HEAD' ? undefined : encoder.encode(body),
  };
}
