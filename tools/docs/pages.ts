import { conditionReasons, driftReasons } from '../../src/controller/condition-reasons.ts';
import type { Pace } from '../../src/controller/queue.ts';
import { paces } from '../../src/controller/retry.ts';
import { errorCodes, errorRules, isTold, type Retry } from '../../src/errors.ts';
import { type EventReasonRow, eventReasons } from '../../src/model/event-reasons.ts';
import { type Option, optionPrefix, options } from '../../src/model/options.ts';
import { defaultOf, envOf, flagOf, type Setting, settings } from '../../src/settings.ts';
import { type MetricRow, metricTable } from '../../src/telemetry/metric-table.ts';
import { commandsPage } from './commands-page.ts';
import { code, madeFrom, table } from './markdown.ts';

/** The reference pages that follow from tables in the source, by their path from the root. */
export const pages: Readonly<Record<string, () => string>> = {
  'docs/reference/options.md': optionsPage,
  'docs/reference/settings.md': settingsPage,
  'docs/reference/conditions.md': conditionsPage,
  'docs/reference/errors.md': errorsPage,
  'docs/reference/events.md': eventsPage,
  'docs/reference/metrics.md': metricsPage,
  'docs/reference/commands.md': commandsPage,
};

function optionsPage(): string {
  const rows = Object.entries<Option>(options).map(([name, { accepts, otherwise, meaning, aliases }]) => [
    code(`${optionPrefix}${name}`),
    accepts,
    otherwise,
    meaning,
    aliases.map(({ key }) => code(key)).join('<br>'),
  ]);
  return `# Options of a Service

Annotations of a Service. The keys in the last column mean the same, so that manifests written for other controllers work;
our own key wins over them. A key that begins with \`${optionPrefix}\` and is not in this table is refused with the
nearest one that is: a misspelt \`scheme\` must not open a balancer to the internet. A condition, \`portico.dev/Programmed\`,
and an Event tell it. What the cloud makes of them: [Google Cloud](gce.md).

${table(['annotation', 'value', 'without it', 'meaning', 'the same as'], rows)}
${madeFrom('src/model/options.ts')}`;
}

function settingsPage(): string {
  const rows = Object.entries<Setting<unknown>>(settings).map(([name, setting]) => {
    const fallback = defaultOf(setting);
    return [
      code(`${flagOf(name)} ${setting.placeholder}`),
      code(envOf(name)),
      code(name),
      setting.required ? 'required' : fallback === undefined ? '' : code(fallback),
      setting.help,
    ];
  });
  return `# Settings of \`portico run\`

Each is a flag, a variable of the environment, or a key of the file given with \`--config\` (YAML or JSON). Flags win over the
environment, the environment over the file. Whatever is wrong is told at once, all of it, before anything is done.

${table(['flag', 'variable', 'key', 'default', 'meaning'], rows)}
${madeFrom('src/settings.ts')}`;
}

const inWords = (ms: number): string =>
  ms < 1000 ? `${ms} ms` : ms < 60_000 ? `${ms / 1000} s` : `${ms / 60_000} min`;
const paced = ({ first, longest }: Pace): string =>
  `after ${inWords(first)}, then less and less often, at last every ${inWords(longest)}`;

/** When something is tried again. */
const retries: Readonly<Record<Retry, string>> = {
  change: 'when the Service, or what it lacks, changes',
  never: 'not at all',
  soon: paced(paces.soon),
  backoff: paced(paces.backoff),
  slow: paced(paces.slow),
};

function conditionsPage(): string {
  const own = Object.entries(conditionReasons).map(([reason, { status, meaning, remedy }]) => [
    code(reason),
    status,
    meaning,
    '',
    remedy,
  ]);
  const errors = errorCodes.filter(isTold).map((each) => {
    const { reason, meaning, retry, remedy } = errorRules[each];
    return [code(reason), 'False', meaning, retries[retry], remedy];
  });
  return `# Conditions of a Service

\`portico.dev/Programmed\` is \`True\` when what the Service asks for is in the cloud. It names the Portico that serves. The reason
says how things stand, the message what exactly, and \`lastTransitionTime\` since when. What to do about each, at length:
[Troubleshoot](../guides/troubleshoot.md).

${table(['reason', 'status', 'meaning', 'tried again', 'what to do'], [...own, ...errors])}
\`portico.dev/AddressReserved\` is there, and \`False\`, only while the Service has an address that should be reserved and
is not: reason \`QuotaExceeded\`. It is asked for again by time, 1 to 10 minutes apart, and goes when the very address is reserved.

\`portico.dev/Drift\` is there when the policy for drift is not to repair, and after something was repaired. "As of" and twelve
characters stand for all that was asked for when the cloud was last as asked.

${table(
  ['reason', 'status', 'meaning', 'what to do'],
  Object.entries(driftReasons).map(([reason, { status, meaning, remedy }]) => [code(reason), status, meaning, remedy]),
)}

${madeFrom('src/controller/condition-reasons.ts', 'src/errors.ts')}`;
}

function errorsPage(): string {
  const rows = errorCodes.map((each) => {
    const { reason, meaning, retry, remedy } = errorRules[each];
    return [code(each), meaning, retries[retry], isTold(each) ? code(reason) : '', remedy];
  });
  return `# Error codes

Everything that goes wrong has one of these codes: in the log as \`code\`, in [metrics](metrics.md) as \`result\` and \`code\`, in
\`portico plan -o json\` as \`problem.code\`. Nothing decides on the text of a message. Where the other side says when to come
again, that is when. What has no reason below is told to nobody: it passes by looking
again.

${table(['code', 'meaning', 'tried again', 'reason of the [condition](conditions.md)', 'what to do'], rows)}
${madeFrom('src/errors.ts')}`;
}

function eventsPage(): string {
  const rows = Object.entries<EventReasonRow>(eventReasons).map(([reason, { type, about, meaning, remedy }]) => [
    code(reason),
    type,
    about,
    meaning,
    remedy ?? '',
  ]);
  return `# Events

\`kubectl describe service NAME\`, \`kubectl describe node NAME\`, or \`kubectl get events -A --field-selector reason=REASON\`. The
source of each is \`portico\`. The same Event again is counted up, and the API server forgets it after an hour.

${table(['reason', 'type', 'about a', 'meaning', 'what to do'], rows)}
${madeFrom('src/model/event-reasons.ts')}`;
}

function metricsPage(): string {
  const rows = Object.values<MetricRow>(metricTable).map(({ name, kind, help, labels = {}, buckets }) => [
    code(name),
    kind,
    help,
    Object.entries(labels)
      .map(([label, values]) => `${code(label)}: ${typeof values === 'string' ? values : values.join(', ')}`)
      .join('<br>'),
    buckets?.join(', ') ?? '',
  ]);
  return `# Metrics

In Prometheus' text format on \`/metrics\` of [\`--metrics-addr\`](settings.md), with those of the process (\`process_…\`, \`nodejs_…\`).
Labels have the values below and no others, so that the number of series is bounded. A dashboard and alerts are in
[\`deploy/monitoring\`](../../deploy/monitoring/kustomization.yaml); what each alert means: [Troubleshoot](../guides/troubleshoot.md#alerts).

${table(['metric', 'kind', 'meaning', 'labels', 'buckets'], rows)}
${madeFrom('src/telemetry/metric-table.ts')}`;
}
