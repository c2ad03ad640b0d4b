import { at, isObject, type Json, type JsonObject, listOf, textOf } from '../../kube-apiserver/json.ts';
import type { EchoPort } from './echo-server.ts';

/** Where containers listen whose manifest does not say: what these images are known for. */
const knownImages: Readonly<Record<string, number>> = { nginx: 80, httpd: 80 };
const usualPort = 8080;

/** The ports on which a container answers: those it declares; without any, that of its image, or 8080. */
export function containerPorts(container: JsonObject): readonly EchoPort[] {
  const declared = listOf(container['ports'])
    .filter(isObject)
    .flatMap((each): EchoPort[] => {
      const port = Number(each['containerPort']);
      const protocol = textOf(each['protocol']) || 'TCP';
      return protocol === 'TCP' || protocol === 'UDP' ? [{ port, protocol }] : [];
    });
  if (listOf(container['ports']).length > 0) return declared;
  const image = /(?:^|\/)([^/:@]+)(?:[:@][^/]*)?$/.exec(textOf(container['image']))?.[1] ?? '';
  return [{ port: knownImages[image] ?? usualPort, protocol: 'TCP' }];
}

/** The number of a port that is given by number, or by the name it has in the container. */
export function portNumber(container: JsonObject, port: Json | undefined): number | undefined {
  if (typeof port === 'number') return port;
  const named = listOf(container['ports']).find((each) => at(each, 'name') === port);
  const number = at(named, 'containerPort');
  return typeof number === 'number' ? number : undefined;
}
