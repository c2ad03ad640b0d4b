import { Command, Option } from 'commander';
import { systemClock } from '../clock.ts';
import type { Orphan } from '../controller/orphans.ts';
import { asPorticoError } from '../errors.ts';
import { renderPlan } from '../graph/render.ts';
import { ownerLabel } from '../model/owner.ts';
import { ageOf, painter, table, type Terminal } from '../terminal.ts';
import { readingConfig, readingSettings } from './reading-settings.ts';
import { addSettings, type Flags } from './setting-flags.ts';

interface GcFlags {
  readonly apply?: true;
  readonly output: 'text' | 'json';
}

/** `portico gc`: what is left in the cloud of Services that are gone. */
export function gcCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command('gc')
    .description('Show what is left in the cloud of Services that do not exist any more, and delete it on request.')
    .option('--apply', 'delete it')
    .addOption(new Option('-o, --output <FORMAT>', 'how to show it').choices(['text', 'json']).default('text'));
  return addSettings(command, readingSettings)
    .addHelpText('after', afterHelp)
    .action(async ({ apply, output, ...flags }: Flags & GcFlags) => {
      const config = await readingConfig(flags, terminal);
      const { withOrphans } = await import('../wiring.ts');
      await withOrphans(config, terminal, async ({ orphans, clusters, remove }) => {
        const unknown = clusters?.includes(config.clusterId) === false;
        const strange = unknown ? unknownCluster(config.clusterId, clusters) : undefined;
        if (output === 'json') {
          terminal.out(renderJson(orphans));
          if (strange !== undefined) terminal.err(strange);
        } else {
          terminal.out(strange ?? renderText(orphans, apply === true, terminal));
        }
        if (!apply) {
          if (orphans.length > 0) exit(2);
          return;
        }
        for (const orphan of orphans) {
          try {
            await remove(orphan);
            const ids = orphan.removal.steps.map(({ resource }) => resource.id);
            terminal.err(`${ownerLabel(orphan.owner)}: deleted ${ids.join(', ')}\n`);
          } catch (thrown) {
            terminal.signal.throwIfAborted();
            terminal.err(`${ownerLabel(orphan.owner)}: ${asPorticoError(thrown).message}\n`);
            exit(1);
          }
        }
      });
    });
}

const afterHelp = `
Only what carries the mark of this cluster (--cluster-id) and of a Service that the cluster does not have is ever touched.
A Service that is being deleted still exists; its controller removes what it holds.

Exit code: 0 nothing is left, or all of it was deleted; 2 something is left; 1 something is wrong.
`;

/** A mistaken id looks like a clean cloud otherwise. */
const unknownCluster = (id: string, clusters: readonly string[]): string =>
  `Nothing in the cloud carries the mark of the cluster id ${id}. ${
    clusters.length === 0
      ? 'Nor is there a mark of another cluster.'
      : `There are marks of ${clusters.join(', ')}: is one of them meant?`
  }\n`;

/** What is left, and what deleting it takes; the latter is told when it is done where it is asked for. */
function renderText(orphans: readonly Orphan[], applies: boolean, terminal: Terminal): string {
  if (orphans.length === 0) return 'Nothing is left of Services that are gone.\n';
  const now = systemClock.now();
  const rows = orphans.map(({ owner, removal, since }) => [
    owner.namespace,
    owner.name,
    owner.uid,
    String(removal.steps.length),
    since === null ? 'unknown' : ageOf(now - since),
  ]);
  const plans = orphans.map(
    ({ owner, removal }) => `\n${ownerLabel(owner)}\n${renderPlan(removal, painter(terminal))}`,
  );
  return table(['NAMESPACE', 'SERVICE', 'UID', 'RESOURCES', 'AGE'], rows) + (applies ? '' : plans.join(''));
}

const renderJson = (orphans: readonly Orphan[]): string =>
  `${JSON.stringify(
    orphans.map(({ owner, removal, since }) => ({
      namespace: owner.namespace,
      name: owner.name,
      uid: owner.uid,
      since: since === null ? null : new Date(since).toISOString(),
      resources: removal.steps.map(({ resource }) => resource.id),
    })),
    null,
    2,
  )}\n`;
