import { PorticoError } from '../../src/errors.ts';
import { readService } from '../../src/model/service.ts';
import { serviceIntent, type Surroundings } from '../../src/model/service-intent.ts';

export const around: Surroundings = { cluster: 'prod', zones: [], nodes: [] };
export const http = { name: 'http', protocol: 'TCP', port: 80, nodePort: 30080 };
export const dns = { name: 'dns', protocol: 'UDP', port: 53, nodePort: 30053 };

export interface Given {
  readonly spec?: object;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A Service of one port as the API server gives it, with what is asked for laid over it. */
export const service = ({ spec = {}, annotations = {} }: Given) =>
  readService({
    metadata: { namespace: 'shop', name: 'web', uid: 'u-1', annotations },
    spec: { type: 'LoadBalancer', ports: [http], ...spec },
  });

export const read = (given: Given = {}) => serviceIntent(service(given), around);

/** The error with which it is refused. */
export function refusal(given: Given): PorticoError {
  try {
    read(given);
  } catch (error) {
    if (error instanceof PorticoError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}
