import { type JsonObject, textOf } from '../../json.ts';
import type { FieldError, KubeObject } from '../../kind.ts';
import { duplicate, invalidEach, required, unsupported } from '../../validation/field-error.ts';
import { wrongDnsLabel, wrongPort, wrongPortName, wrongQualifiedName } from '../../validation/names.ts';
import { numberOf, portsOf } from './fields.ts';

export const protocols: readonly string[] = ['SCTP', 'TCP', 'UDP'];

export function wrongPorts(service: KubeObject): readonly FieldError[] {
  const ports = portsOf(service);
  const names = ports.map((port) => textOf(port['name']));
  return ports.flatMap((port, index) => {
    const name = names[index] ?? '';
    const repeated = name !== '' && names.indexOf(name) < index;
    const field = `spec.ports[${index}]`;
    return [
      ...(name === '' && ports.length > 1 ? [required(`${field}.name`)] : []),
      ...(name === '' ? [] : invalidEach(`${field}.name`, name, wrongDnsLabel(name))),
      ...(repeated ? [duplicate(`${field}.name`, name)] : []),
      ...wrongPortBody(field, port),
    ];
  });
}

function wrongPortBody(field: string, { port, protocol, targetPort, appProtocol }: JsonObject): readonly FieldError[] {
  const number = numberOf(port);
  return [
    ...invalidEach(`${field}.port`, number, wrongPort(number)),
    ...(protocols.includes(textOf(protocol)) ? [] : [unsupported(`${field}.protocol`, protocol, protocols)]),
    ...(typeof targetPort === 'string'
      ? invalidEach(`${field}.targetPort`, targetPort, wrongPortName(targetPort))
      : invalidEach(`${field}.targetPort`, numberOf(targetPort), wrongPort(numberOf(targetPort)))),
    ...(appProtocol === undefined
      ? []
      : invalidEach(`${field}.appProtocol`, appProtocol, wrongQualifiedName(textOf(appProtocol)))),
  ];
}
