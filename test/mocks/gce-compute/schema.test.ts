import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { extractSchema, renderSchema } from '../../../tools/gce-schema.ts';

it('is in step with the client package: run `node tools/gce-schema.ts` after an upgrade', () => {
  const committed = readFileSync(new URL('../../../mocks/gce-compute/schema.json', import.meta.url), 'utf8');
  expect(committed).toBe(renderSchema(extractSchema()));
  expect(committed.length).toBeLessThan(300_000);
});
