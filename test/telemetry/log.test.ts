import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/telemetry/log.ts';

function written(format: 'json' | 'text', level: 'debug' | 'info' | 'warn' | 'error' = 'info') {
  const lines: string[] = [];
  const log = createLog({ level, format, destination: { write: (line) => lines.push(line) } });
  return { log, lines };
}

describe('createLog', () => {
  it('writes one JSON object a line', () => {
    const { log, lines } = written('json');
    log('info', 'Service reconciled', { service: 'default/web' });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        message: 'Service reconciled',
        service: 'default/web',
      },
    ]);
  });

  it('writes text for people', () => {
    const { log, lines } = written('text');
    log('warn', 'Slow', { service: 'default/web', calls: 3, nested: { a: 1 } });
    expect(lines).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3} warn {2}Slow service=default\/web calls=3 nested=\{"a":1\}\n$/),
    ]);
  });

  it('leaves out what is below the level', () => {
    const { log, lines } = written('json', 'warn');
    log('info', 'no');
    expect(lines).toEqual([]);
  });

  it.each(['json', 'text'] as const)('never writes a secret as %s', (format) => {
    const { log, lines } = written(format);
    log('info', 'call', { token: 'hush', headers: { authorization: 'Bearer hush' } });
    expect(lines.join()).not.toContain('hush');
  });

  it.each([
    ['a bearer token', 'Authorization: Bearer hush-hush-hush'],
    ['an access token of Google', 'got ya29.hush-hush'],
    ['a JSON Web Token', 'token eyJhbGciOiJub25l.eyJodXNoIjoiaHVzaCJ9.hush refused'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n'],
  ])('never writes %s that stands in the message of an error, and stays readable', (_title, why) => {
    for (const format of ['json', 'text'] as const) {
      const { log, lines } = written(format);
      log('warn', 'pass failed', { service: 'default/web', why, deep: { deeper: { why } }, result: 'denied' });
      expect(lines.join()).not.toMatch(/hush|hodXN/);
      expect(lines.join()).toContain('[secret]');
      expect(lines.join()).toContain('denied');
      if (format === 'json') expect(JSON.parse(lines[0] ?? '')).toMatchObject({ service: 'default/web' });
    }
  });
});
