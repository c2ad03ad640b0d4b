import { Command, Option } from 'commander';
import { type Clock, systemClock } from '../clock.ts';
import type { ServiceOverview } from '../controller/overview.ts';
import { PorticoError } from '../errors.ts';
import { renderTree } from '../graph/render-tree.ts';
import type { ResourceId } from '../graph/resource.ts';
import { keyIn } from '../model/service.ts';
import { meantKey } from '../model/meant-key.ts';
import { ageOf, painter, table, type Terminal } from '../terminal.ts';
import { readingConfig, readingSettings } from './reading-settings.ts';
import { addSettings, type Flags } from './setting-flags.ts';

interface StatusFlags {
  readonly watch?: true;
  readonly output: 'text' | 'json';
}

/** `portico status`: where every Service stands, or one of them from its rule to its nodes. */
export function statusCommand(terminal: Terminal): Command {
  const command = new Command('status')
    .description('Show where Services stand: address, state, why and since when, healthy nodes, last change.')
    .argument(
      '[services...]',
      'Services as NAMESPACE/NAME, or NAME in the namespace of the kubeconfig, shown with all they have in the cloud',
    )
    .option('-w, --watch', 'go on, and show it again when it changes')
    .addOption(new Option('-o, --output <FORMAT>', 'how to show it').choices(['text', 'json']).default('text'));
  return addSettings(command, readingSettings)
    .addHelpText('after', afterHelp)
    .action(async (keys: readonly string[], { watch, output, ...flags }: Flags & StatusFlags) => {
      const config = await readingConfig(flags, terminal);
      const { withOverview } = await import('../wiring.ts');
      await withOverview(config, terminal, async (look, namespace) => {
        const full = keys.map((key) => keyIn(namespace, key));
        const show = async (): Promise<Shown> => {
          const all = await look();
          const chosen = full.length === 0 ? all : [...new Set(full)].map((key) => pick(all, key));
          const text = render(chosen, full.length > 0, output, terminal);
          return { text, facts: JSON.stringify(chosen.map(jsonOf)) };
        };
        if (watch) await follow(show, systemClock, terminal);
        else terminal.out((await show()).text);
      });
    });
}

const afterHelp = `
SINCE: since when the Service is in this state. CHANGED: since Portico last changed something for it, as far as Events tell; API servers
forget these after an hour.
`;

/** Between two looks with --watch, in milliseconds. */
const pause = 2000;

interface Shown {
  readonly text: string;
  /** What it tells, without what changes as time goes by. */
  readonly facts: string;
}

/** Shows it again and again until the terminal's signal is aborted: on a terminal, where ages grow, in place; else what is news. */
export async function follow(
  show: () => Promise<Shown>,
  clock: Pick<Clock, 'sleep'>,
  { out, interactive, signal }: Pick<Terminal, 'out' | 'interactive' | 'signal'>,
): Promise<never> {
  let shown = await show();
  out(shown.text);
  for (;;) {
    await clock.sleep(pause, signal);
    const now = await show();
    if (interactive && now.text !== shown.text) out(`${clearScreen}${now.text}`);
    if (!interactive && now.facts !== shown.facts) out(now.text);
    shown = now;
  }
}

const clearScreen = '\u001B[H\u001B[2J';

function pick(all: readonly ServiceOverview[], key: string): ServiceOverview {
  const found = all.find((each) => each.key === key);
  if (found) return found;
  const near = meantKey(
    key,
    all.map((each) => each.key),
  );
  const hint =
    near === undefined ? ' Give NAMESPACE/NAME of a Service of type LoadBalancer.' : ` Did you mean ${near}?`;
  throw new PorticoError('not-found', `Portico serves no Service ${key}.${hint}`, { object: `Service ${key}` });
}

function render(
  overviews: readonly ServiceOverview[],
  alone: boolean,
  output: StatusFlags['output'],
  terminal: Terminal,
): string {
  if (output === 'json') return `${JSON.stringify(overviews.map(jsonOf), null, 2)}\n`;
  if (overviews.length === 0) return 'No Services of type LoadBalancer.\n';
  return (
    overviewTable(overviews) +
    (alone ? overviews.map((each) => details(each, overviews.length === 1, terminal)).join('') : '')
  );
}

const overviewTable = (overviews: readonly ServiceOverview[]): string =>
  table(
    ['SERVICE', 'ADDRESS', 'STATE', 'SINCE', 'NODES', 'CHANGED', 'WHY'],
    overviews.map((each) => [
      each.key,
      each.addresses.join(',') || '<none>',
      each.state,
      each.since === '' ? '' : ageOf(systemClock.now() - Date.parse(each.since)),
      nodesOf(each),
      each.changed === null ? '-' : ageOf(systemClock.now() - Date.parse(each.changed)),
      each.why.length > longestWhy ? `${each.why.slice(0, longestWhy - 1)}…` : each.why,
    ]),
  );

/** A table is for an overview; the Service alone is shown with all of it. */
const longestWhy = 100;

const nodesOf = ({ nodes }: ServiceOverview): string =>
  nodes === undefined ? '-' : `${nodes.filter(({ healthy }) => healthy).length}/${nodes.length}`;

function details({ key, why, graph, nodes }: ServiceOverview, alone: boolean, terminal: Terminal): string {
  const paint = painter(terminal);
  const health = (nodes ?? []).map(
    ({ node, healthy }) => `${node}  ${healthy ? paint('create', 'healthy') : paint('delete', 'unhealthy')}`,
  );
  // The nodes as the cloud's health checks see them, behind what sends to them.
  const behind = (id: ResourceId): readonly string[] => (graph.get(id)?.kind === 'backend-service' ? health : []);
  const about = `Service ${key}`;
  return [
    `\n${alone || why.startsWith(about) ? '' : `${about}: `}${why}\n`,
    graph.size === 0 ? '\nNothing of it is in the cloud.\n' : `\n${renderTree(graph, about, behind)}`,
  ].join('');
}

const jsonOf = ({ key, addresses, state, why, since, changed, nodes, graph }: ServiceOverview): object => ({
  service: key,
  addresses,
  state,
  why,
  since: since === '' ? null : since,
  changed,
  nodes: nodes ?? null,
  resources: [...graph.values()],
});
