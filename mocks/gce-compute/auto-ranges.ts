import { words } from './fields.ts';

/** Regions in the order of their ranges from 10.128.0.0 on; a `-` is a range that no region has. */
const regions = words(`
  us-central1 - europe-west1 - - us-west1 asia-east1 us-east1 - asia-northeast1 asia-southeast1 us-east4
  australia-southeast1 europe-west2 europe-west3 southamerica-east1 asia-south1 northamerica-northeast1 europe-west4
  europe-north1 us-west2 asia-east2 europe-west6 asia-northeast2 - asia-northeast3 us-west3 us-west4 asia-southeast2
`);

/**
 * The /20 of a region's subnetwork in a network of auto mode. https://cloud.google.com/vpc/docs/subnets#ip-ranges
 * Regions that are not in the table, made-up ones among them, come after it in the order of their names.
 */
export function autoRange(region: string, all: readonly string[]): string {
  const known = regions.indexOf(region);
  const others = all.filter((name) => !regions.includes(name)).toSorted();
  const at = known >= 0 ? known : regions.length + others.indexOf(region);
  return `10.${128 + 2 * at}.0.0/20`;
}
