import { describe, expect, it } from 'vitest';
import { painter, table } from '../src/terminal.ts';

describe('table', () => {
  it('lines columns up and leaves nothing behind the last', () => {
    const text = table(
      ['NAME', 'TYPE', 'IP'],
      [
        ['web', 'LoadBalancer', '203.0.113.1'],
        ['a-longer-name', 'NodePort', ''],
      ],
    );
    expect(text).toBe(
      [
        'NAME           TYPE          IP',
        'web            LoadBalancer  203.0.113.1',
        'a-longer-name  NodePort',
        '',
      ].join('\n'),
    );
  });

  it('prints the header alone when there are no rows', () => {
    expect(table(['A', 'B'], [])).toBe('A  B\n');
  });
});

describe('painter', () => {
  it('colours on a terminal only, and never with NO_COLOR', () => {
    expect(painter({ interactive: true, env: {} })('create', 'x')).toBe('\u001B[32mx\u001B[0m');
    expect(painter({ interactive: false, env: {} })('create', 'x')).toBe('x');
    expect(painter({ interactive: true, env: { NO_COLOR: '1' } })('create', 'x')).toBe('x');
  });
});
