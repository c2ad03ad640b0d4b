import { badRequest, invalidField } from '../api-error.ts';
import { parsePorts, type PortRange } from '../fields.ts';
import { type Document, text, texts } from '../json.ts';

/** https://cloud.google.com/load-balancing/docs/forwarding-rule-concepts#port_specifications */
const mostPorts = 5;
/** The only protocols whose packets have ports. */
const withPorts: readonly string[] = ['TCP', 'UDP', 'SCTP'];

function checkForm(body: Document): void {
  const ports = texts(body, 'ports');
  const range = text(body, 'portRange');
  const given = [ports.length > 0, range !== undefined, body['allPorts'] === true];
  if (given.filter(Boolean).length > 1) {
    throw badRequest('Only one of ports, portRange, or allPorts fields is allowed.');
  }
  if (ports.length > mostPorts) {
    throw invalidField('resource.ports', ports, `Number of ports cannot exceed ${mostPorts}.`);
  }
  ports.forEach((port, at) => {
    if (parsePorts(port) === undefined) throw invalidField(`resource.ports[${at}]`, port, 'Must be a valid port.');
  });
  if (new Set(ports).size < ports.length) throw invalidField('resource.ports', ports, 'Ports must be unique.');
  if (range !== undefined && parsePorts(range) === undefined) {
    throw invalidField('resource.portRange', range, 'Must be a port or a range of ports such as 80-443.');
  }
}

/** Which of the three may be used at all: it depends on the protocol, the scheme and what the rule points at. */
export function checkPorts(body: Document, scheme: string): void {
  checkForm(body);
  const protocol = text(body, 'IPProtocol') ?? 'TCP';
  const ports = texts(body, 'ports');
  const range = text(body, 'portRange');
  const field = ports.length > 0 ? 'ports' : 'portRange';
  if ((ports.length > 0 || range !== undefined) && !withPorts.includes(protocol)) {
    throw invalidField(`resource.${field}`, body[field], `Ports do not go with protocol ${protocol}.`);
  }
  if (body['allPorts'] === true && ![...withPorts, 'L3_DEFAULT'].includes(protocol)) {
    throw invalidField('resource.allPorts', true, `All ports do not go with protocol ${protocol}.`);
  }
  if (range !== undefined && scheme === 'INTERNAL') {
    const why = 'Port range is not supported for INTERNAL load balancing; use ports.';
    throw invalidField('resource.portRange', range, why);
  }
  if (text(body, 'target') === undefined) return;
  if (ports.length > 0) throw invalidField('resource.ports', ports, 'A list of ports needs a backend service.');
  if (body['allPorts'] === true) {
    throw invalidField('resource.allPorts', true, 'All ports needs a backend service.');
  }
}

/** Only packets that both rules would match are a conflict: the more specific of two others wins. */
export function portsOf(body: Document): readonly PortRange[] {
  const written = [...texts(body, 'ports'), text(body, 'portRange')];
  const ranges = written.flatMap((ports) => (ports === undefined ? [] : (parsePorts(ports) ?? [])));
  return ranges.length > 0 ? ranges : [{ low: 0, high: 65_535 }];
}
