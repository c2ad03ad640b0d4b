import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { extractClientSchema, renderClientSchema } from '../../../../tools/gce-client-schema.ts';

it('is in step with the client package: run `node tools/gce-client-schema.ts` after an upgrade', () => {
  const file = new URL('../../../../providers/gce/compute/client-schema.json', import.meta.url);
  const committed = readFileSync(file, 'utf8');
  expect(committed).toBe(renderClientSchema(extractClientSchema()));
  expect(committed.length).toBeLessThan(300_000);
});
