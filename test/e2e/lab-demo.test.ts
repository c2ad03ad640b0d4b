import { afterAll, beforeAll, expect, it } from 'vitest';
import { labEnvironment, portico, type PorticoProcess, program } from './portico-process.ts';

let lab: PorticoProcess;
/** What each part of the demo shows, by its number. */
let parts: readonly string[] = [];
beforeAll(async () => {
  lab = portico('lab', '-o', 'json');
  const { kubeconfig = '' } = await lab.ready;
  const shown = await program(process.execPath, ['src/cli.ts', 'lab', 'demo'], labEnvironment(kubeconfig));
  parts = (shown ?? '').split(/^\d\. /m);
  // Half a minute of real time, and more on a machine that has other things to do.
}, 120_000);
afterAll(async () => {
  lab.kill('SIGTERM');
  await lab.ended;
});

const rowsOf = (part: number, pattern: RegExp): readonly (readonly string[])[] =>
  [...(parts[part] ?? '').matchAll(pattern)].map(([, ...cells]) => cells);

const shares = (part: number) =>
  rowsOf(part, /^(node-[12]) +(kubia-\S+) +(\d+) % +(\d+) % +(.*)$/gm).map(([node, , percent, hop, saw = '']) => ({
    node,
    percent: Number(percent),
    hop: Number(hop),
    saw,
  }));

/** Each of 300 flows goes its own way: five standard deviations of a pod's share are less than 14.5 %. */
const tolerance = 14.5;
const isNear = (seen: number, expected: number, within = tolerance): void =>
  expect(Math.abs(seen - expected), `${seen} % is not ${expected} %`).toBeLessThan(within);

it('1: node ports are closed, opened by the rule, kept to nodes with pods by Local, and closed again', () => {
  const rows = rowsOf(1, /^(node-\d) +(\d) +(\d of 6) +(\d of 6) +(\d of 6) +(\d of 6)$/gm);
  expect(rows.map(([node]) => node)).toEqual(['node-1', 'node-2', 'node-3']);
  expect(rows.map(([, pods]) => Number(pods)).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  for (const [, pods, ...seen] of rows) {
    expect(seen).toEqual(['0 of 6', '6 of 6', pods === '0' ? '0 of 6' : '6 of 6', '0 of 6']);
  }
});

it('2: with Cluster each pod gets a third, two of three by another node, whose address it sees', () => {
  const rows = shares(2);
  expect(rows.length).toBe(3);
  for (const { percent, hop, saw } of rows) {
    isNear(percent, 33.3);
    isNear(hop, 66.7, 30);
    expect(saw).toMatch(/^10\.128\.\d+\.\d+(, 10\.128\.\d+\.\d+){0,2}$/);
  }
});

it('3: with Local a half and two quarters, none by another node, and pods see the client', () => {
  const rows = shares(3);
  expect(rows.length).toBe(3);
  for (const { node, percent, hop, saw } of rows) {
    isNear(percent, rows.filter((other) => other.node === node).length === 1 ? 50 : 25);
    expect([hop, saw]).toEqual([0, '127.9.8.7']);
  }
});

it('4: with weights a third each again, and pods see the client', () => {
  const rows = shares(4);
  expect(rows.length).toBe(3);
  for (const { percent, hop, saw } of rows) {
    isNear(percent, 33.3);
    expect([hop, saw]).toEqual([0, '127.9.8.7']);
  }
});

it('5: source ranges let in whom they name', () => {
  expect(rowsOf(5, /^(127\.9\.8\.\d) +(\d of 6) +(\d of 6) +(\d of 6)$/gm)).toEqual([
    ['127.9.8.7', '6 of 6', '0 of 6', '6 of 6'],
    ['127.9.8.6', '0 of 6', '6 of 6', '6 of 6'],
  ]);
});

it('6: datagrams come back', () => {
  expect(parts[6]).toContain('30 of 30 datagrams came back.');
});

it('7: what cannot be says why, and is reached by its node port', () => {
  expect(parts[7]).toMatch(/<pending>/);
  expect(parts[7]).toContain('need externalTrafficPolicy: Local.');
  expect(parts[7]).toContain('18 of 18 requests answered.');
});

it('8: of a node that is switched off some requests are lost, and none when the probes have found out', () => {
  const seconds = rowsOf(8, /^(\d+) +(\d+) +(\d+)$/gm).map(([, asked, answered]) => Number(asked) - Number(answered));
  expect(seconds[0]).toBe(0);
  expect(seconds.some((lost) => lost > 0)).toBe(true);
  expect(seconds.slice(-3)).toEqual([0, 0, 0]);
  expect(parts[8]).toContain('Then only node-1 answered.');
  expect(parts[8]).toMatch(/It answers again/);
});

it('9: of deleted Services nobody answers and nothing is left', () => {
  expect(parts[9]).toContain('nobody answers any more');
  const kinds = rowsOf(9, /^(\w+) +(\d+) +(\d+) +(\d+)$/gm);
  expect(kinds.map(([kind]) => kind)).toEqual([
    'firewalls',
    'forwardingRules',
    'addresses',
    'backendServices',
    'healthChecks',
  ]);
  for (const [, before, present, after] of kinds) {
    expect(Number(present)).toBeGreaterThanOrEqual(2);
    expect([before, after]).toEqual(['0', '0']);
  }
});
