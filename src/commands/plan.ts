import { Command, Option } from 'commander';
import type { Preview } from '../controller/preview.ts';
import { PorticoError } from '../errors.ts';
import type { Step, StepId } from '../graph/plan.ts';
import { type Paint, renderPlan, summary } from '../graph/render.ts';
import { type Picture, pictureOf } from '../graph/picture.ts';
import { renderDot } from '../graph/render-dot.ts';
import { renderSvg } from '../graph/render-svg.ts';
import { supposedNodePort } from '../model/new-service.ts';
import { painter, type Terminal } from '../terminal.ts';
import { addSettings, configFrom, type Flags, supposed } from './setting-flags.ts';
import { readServices } from './service-files.ts';
import { readingConfig, readingSettings } from './reading-settings.ts';

const formats = ['text', 'json', 'dot', 'svg'] as const;
type Format = (typeof formats)[number];

interface PlanFlags {
  readonly filename?: readonly string[];
  readonly output: Format;
}

/** `portico plan`: what the controller would do. `exit` is told the code that says whether that is anything. */
export function planCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command('plan')
    .description('Show what the controller would change, and why. Changes nothing.')
    .argument(
      '[service...]',
      'Services as NAMESPACE/NAME, or NAME in the namespace of the kubeconfig; without any, all of them and what they share',
    )
    .addOption(new Option('-o, --output <FORMAT>', 'how to show it').choices(formats).default('text'))
    .option(
      '-f, --filename <FILE...>',
      'what these manifests, or folders of them, would make, asking neither cluster nor cloud; - is stdin',
    );
  return addSettings(command, readingSettings, () => '(required without -f)')
    .addHelpText('after', afterHelp)
    .action(async (keys: readonly string[], flags: Flags & PlanFlags) => {
      const previews = await previewsFor(keys, flags, terminal);
      terminal.out(render(previews, flags.output, painter(terminal), flags.filename !== undefined));
      if (previews.some(({ problem }) => problem !== undefined)) exit(1);
      else if (previews.some(({ plan }) => plan.steps.length > 0)) exit(2);
    });
}

const afterHelp = `
Exit code: 0 nothing would change, 2 something would, 1 something is wrong.

  portico plan --provider gce --cluster-id prod --gce-project p --gce-region us-central1
  portico plan default/web -o svg > web.svg, with the settings as above
  portico plan -f service.yaml          what would this manifest make?

Each setting may also stand in the environment or in the file given with --config, as for \`portico run\`.
`;

async function previewsFor(
  keys: readonly string[],
  flags: Flags & PlanFlags,
  terminal: Terminal,
): Promise<readonly Preview[]> {
  const { filename, output: _format, ...given } = flags;
  const { previewNew, previewWith } = await import('../wiring.ts');
  if (filename === undefined) {
    const malformed = keys.find((key) => !/^([^/]+\/)?[^/]+$/.test(key));
    if (malformed !== undefined) {
      throw new PorticoError('invalid', `'${malformed}' names no Service: write NAMESPACE/NAME, such as default/web.`);
    }
    return previewWith(await readingConfig(given, terminal), keys.length === 0 ? 'all' : keys, terminal);
  }
  if (keys.length > 0) throw new PorticoError('invalid', 'Give Services by name or manifests with -f, not both.');
  const config = await configFrom(given, terminal, supposed);
  return (await previewNew(config, await readServices(filename))).map(takenOver);
}

/** What a Service takes over is there, which its manifest alone cannot show: nothing is made of it. */
function takenOver(found: Preview): Preview {
  const isThere = ({ id }: Pick<Step, 'id'>): boolean => id.startsWith('create adopted-rule/');
  const told = (id: StepId): StepId => (isThere({ id }) ? (id.replace(/^create/, 'update') as StepId) : id);
  const steps = found.plan.steps.map((step): Step => {
    const after = step.after.map(told);
    if (!isThere(step)) return { ...step, after };
    return {
      ...step,
      id: told(step.id),
      op: 'update',
      why: 'there already, gives way to what takes its address over',
      after,
    };
  });
  return { ...found, plan: { steps } };
}

function render(previews: readonly Preview[], format: Format, paint: Paint, made: boolean): string {
  switch (format) {
    case 'text':
      return renderText(previews, paint, made);
    case 'json':
      return `${JSON.stringify(previews.map(jsonOf), null, 2)}\n`;
    case 'dot':
      return renderDot(previews.map(pictured));
    case 'svg':
      return renderSvg(previews.map(pictured));
    default:
      return format satisfies never;
  }
}

const pictured = ({ subject, plan, graph, problem, note }: Preview): Picture =>
  pictureOf(subject, plan, graph, [problem?.message, note].filter((each) => each !== undefined).join(' '));

const jsonOf = ({ subject, plan, withheld, problem, note }: Preview): object => ({
  subject,
  steps: plan.steps,
  withheld,
  problem: problem ? { code: problem.code, message: problem.message } : null,
  note: note ?? null,
});

/** Those that change, then how many do not. */
function renderText(previews: readonly Preview[], paint: Paint, made: boolean): string {
  const sections = previews.flatMap(({ subject, plan, problem, note }) => {
    if (plan.steps.length === 0 && !problem && note === undefined) return [];
    const said = [
      ...(problem ? [paint('delete', `  ${problem.message}`)] : []),
      ...(note === undefined ? [] : [`  ${note}`]),
    ];
    const steps = plan.steps.length === 0 ? [] : [renderPlan(plan, paint).trimEnd()];
    return [`${subject}\n${[...said, ...steps].join('\n')}\n`];
  });
  const quiet = previews.length - sections.length;
  const plans = previews.map(({ plan }) => plan);
  const changed = plans.filter(({ steps }) => steps.length > 0).length;
  const ending = [
    ...(quiet > 0 && changed > 0 ? [`${quiet} more without changes.`] : []),
    ...(changed === 0 && quiet > 0
      ? [`No changes: ${quiet} of ${previews.length} looked at are as they should be.`]
      : []),
    ...(changed > 1 ? [`In all: ${summary(plans)}`] : []),
    ...(made && changed > 0
      ? [`Node ports from ${supposedNodePort} on, the zone and names not given stand for what the cluster will have.`]
      : []),
    ...(previews.length === 0 ? ['No Services to look at.'] : []),
  ];
  return [...sections, ...(ending.length > 0 ? [`${ending.join('\n')}\n`] : [])].join('\n');
}
