import { describe, expect, it } from 'vitest';
import { painter } from '../src/terminal.ts';

describe('painter', () => {
  it('colours on a terminal only, and never with NO_COLOR', () => {
    expect(painter({ interactive: true, env: {} })('create', 'x')).toBe('\u001B[32mx\u001B[0m');
    expect(painter({ interactive: false, env: {} })('create', 'x')).toBe('x');
    expect(painter({ interactive: true, env: { NO_COLOR: '1' } })('create', 'x')).toBe('x');
  });
});
