import type { CloudCall } from './cloud-port.ts';
import { collectionOf } from './cloud-mirror.ts';
import type { Network } from './network.ts';
import type { Json } from './story.ts';

/** The answer to a list as it would have been a while ago, while lists are stale. Reads of single resources never are. */
export function staleList({ method, key }: CloudCall, text: string, network: Network): string {
  const { mirror, trace } = network;
  const back = network.staleMs();
  if (back === 0 || !method.endsWith('.list') || key.includes('operations')) return text;
  const answer = JSON.parse(text) as Json;
  const collection = key.slice(key.lastIndexOf('/') + 1);
  const then = [...mirror.at(network.now() - back)].filter(([each]) => collectionOf(each) === collection);
  const items = answer['items'];
  if (Array.isArray(items)) {
    const names = new Set(then.map(([, body]) => body['name']));
    const present = (items as Json[]).filter(({ name }) => names.has(name));
    const gone = then.filter(([, { name }]) => !(items as Json[]).some((item) => item['name'] === name));
    if (present.length < items.length || gone.length > 0) trace.add('cloud', `    stale list of ${key}`);
    return JSON.stringify({ ...answer, items: [...present, ...gone.map(([, body]) => body)] });
  }
  if (items === undefined && !key.startsWith('aggregated/')) {
    return JSON.stringify({ ...answer, items: then.map(([, body]) => body) });
  }
  return text;
}
