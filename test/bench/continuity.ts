import { table } from '../../src/terminal.ts';
import { upgrade } from '../mocks/data-plane/provisioned/continuity.ts';
import { provisionedCloud } from '../mocks/data-plane/provisioned/provisioned-cloud.ts';

// 10,000 requests through a balancer's address while a cluster is upgraded: a rolling update, then a node that is drained,
// switched off and deleted. The time of the cluster is virtual, the sockets are real. `npm run bench:upgrade`.
const perSecond = 90;

for (const policy of ['Local', 'Cluster'] as const) {
  const world = await provisionedCloud();
  await world.scale(3);
  const begun = performance.now();
  const noticed = await upgrade(world, policy, perSecond);
  await world.end();
  const asked = noticed.reduce((sum, each) => sum + each.asked, 0);
  const lost = noticed.reduce((sum, each) => sum + each.lost, 0);
  const rows = [...noticed, { phase: 'in all', asked, lost }].map((each) => [
    each.phase,
    String(each.asked),
    String(each.lost),
  ]);
  console.log(`externalTrafficPolicy: ${policy}, ${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
  console.log(table(['WHILE', 'ASKED', 'LOST'], rows));
}
