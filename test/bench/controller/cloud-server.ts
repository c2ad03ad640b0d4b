/** The Compute API of the bench as a process of its own: says where it listens, and ends with the one that began it. */
import { type GceComputeOptions, startGceCompute } from '../../../mocks/index.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as GceComputeOptions;
const { url } = await startGceCompute(options);
process.send?.({ url });
process.on('disconnect', () => process.exit(0));
