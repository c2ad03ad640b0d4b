import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { BitString, Integer, OctetString, Utf8String } from 'asn1js';
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  ExtKeyUsage,
  Extension,
  GeneralName,
  GeneralNames,
  Time,
} from 'pkijs';

/** What a TLS server of a stand-in shows, as PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
  /** Certificate of the authority that signed it, for clients to trust. */
  readonly authority: string;
}

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** Names under which pods reach the API server. */
const inCluster = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/** A fresh authority and a certificate by it (RFC 5280) for this machine and the hosts named; takes a few ms. */
export async function newServerCertificate(hosts: readonly string[]): Promise<ServerCertificate> {
  const authorityKeys = await newKeys();
  const keys = await newKeys();
  const names = new Set(['localhost', '127.0.0.1', '::1', '10.96.0.1', ...inCluster, ...hosts]);
  const authority = await sign({
    subject: 'portico-ca',
    issuer: 'portico-ca',
    serial: 1,
    publicKey: authorityKeys.publicKey,
    signer: authorityKeys.privateKey,
    extensions: [
      extension('2.5.29.19', new BasicConstraints({ cA: true }).toSchema().toBER(), true),
      // keyCertSign
      extension('2.5.29.15', new BitString({ valueHex: Uint8Array.of(0x04).buffer, unusedBits: 2 }).toBER(), true),
    ],
  });
  const cert = await sign({
    subject: 'kube-apiserver',
    issuer: 'portico-ca',
    serial: 2,
    publicKey: keys.publicKey,
    signer: authorityKeys.privateKey,
    extensions: [
      extension('2.5.29.17', new GeneralNames({ names: [...names].map(generalName) }).toSchema().toBER()),
      // serverAuth
      extension('2.5.29.37', new ExtKeyUsage({ keyPurposes: ['1.3.6.1.5.5.7.3.1'] }).toSchema().toBER()),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { key: pem('PRIVATE KEY', key), cert, authority };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
}

interface ToSign {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: number;
  readonly publicKey: webcrypto.CryptoKey;
  readonly signer: webcrypto.CryptoKey;
  readonly extensions: readonly Extension[];
}

async function sign({ subject, issuer, serial, publicKey, signer, extensions }: ToSign): Promise<string> {
  const certificate = new Certificate({ version: 2, serialNumber: new Integer({ value: serial }) });
  certificate.subject.typesAndValues.push(commonName(subject));
  certificate.issuer.typesAndValues.push(commonName(issuer));
  // Fixed dates: no clock, neither a slow nor a virtual one, makes it invalid.
  certificate.notBefore = new Time({ value: new Date('2020-01-01T00:00:00Z') });
  certificate.notAfter = new Time({ type: 1, value: new Date('2099-01-01T00:00:00Z') });
  certificate.extensions = [...extensions];
  await certificate.subjectPublicKeyInfo.importKey(publicKey);
  await certificate.sign(signer, 'SHA-256');
  return pem('CERTIFICATE', certificate.toSchema(true).toBER());
}

function commonName(value: string): AttributeTypeAndValue {
  return new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value }) });
}

function extension(extnID: string, value: ArrayBuffer, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: value });
}

/** Types 2 and 7 are host names and addresses. */
function generalName(host: string): GeneralName {
  if (isIP(host) === 0) return new GeneralName({ type: 2, value: host });
  return new GeneralName({ type: 7, value: new OctetString({ valueHex: addressBytes(host).buffer }) });
}

function addressBytes(address: string): Uint8Array<ArrayBuffer> {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): readonly number[] =>
    text === undefined || text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [start, end] = [groups(head), groups(tail)];
  const filled = [...start, ...Array.from({ length: 8 - start.length - end.length }, () => 0), ...end];
  return Uint8Array.from(filled.flatMap((group) => [group >> 8, group & 0xff]));
}

function pem(label: string, bytes: ArrayBuffer): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
