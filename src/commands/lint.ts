import { Command, Option } from 'commander';
import { PorticoError } from '../errors.ts';
import { isOptionKey, readOptions } from '../model/annotations.ts';
import { readService, type Service } from '../model/service.ts';
import { type Finding, shapeOf } from '../model/service-shape.ts';
import { painter, type Terminal } from '../terminal.ts';
import { type Manifest, manifestFiles, readManifests } from './manifests.ts';
import { readingSettings } from './reading-settings.ts';
import { addSettings, configFrom, type Flags, supposed, supposedOtherwise } from './setting-flags.ts';

interface LintFlags {
  readonly filename: readonly string[];
  readonly output: 'text' | 'json';
}

interface Located extends Finding {
  readonly file: string;
  readonly object: string;
}

/** `portico lint`: what is wrong with manifests, asking neither cluster nor cloud. */
export function lintCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command('lint')
    .description('Check manifests of Services: misspelt keys, impossible combinations, what the cloud would refuse.')
    .requiredOption('-f, --filename <FILE...>', 'manifests, YAML or JSON, or folders of them; - is stdin')
    .addOption(new Option('-o, --output <FORMAT>', 'how to show it').choices(['text', 'json']).default('text'));
  return addSettings(command, readingSettings, supposedOtherwise)
    .addHelpText('after', afterHelp)
    .action(async ({ filename, output, ...flags }: Flags & LintFlags) => {
      const config = await configFrom(flags, terminal, supposed);
      const { previewNew } = await import('../wiring.ts');
      const refusal = async (service: Service): Promise<string | undefined> => {
        const [preview] = await previewNew(config, [service]);
        return preview?.problem?.message;
      };
      const found: Located[] = [];
      let checked = 0;
      for (const file of await manifestFiles(filename)) {
        for (const manifest of (await readManifests(file)).filter(isService)) {
          checked += 1;
          const object = `Service ${manifest.metadata.namespace ?? 'default'}/${manifest.metadata.name}`;
          for (const finding of await findings(manifest, refusal)) found.push({ file, object, ...finding });
        }
      }
      if (checked === 0) throw new PorticoError('invalid', `There is no Service in ${filename.join(', ')}.`);
      terminal.out(output === 'json' ? `${JSON.stringify(found, null, 2)}\n` : render(found, checked, terminal));
      if (found.some(({ severity }) => severity === 'error')) exit(1);
    });
}

const afterHelp = `
Exit code: 0 nothing is wrong (there may be warnings), 1 something is.

  portico lint -f service.yaml
  kubectl get svc -A -o json | portico lint -f -

The settings matter where clouds and networks differ; without them a project in us-central1 is supposed.
`;

const isService = ({ apiVersion, kind }: Manifest): boolean => apiVersion === 'v1' && kind === 'Service';

/** The fields first: what cannot be read as it is meant cannot be judged further. Options are read in any case. */
async function findings(
  manifest: Manifest,
  refusal: (service: Service) => Promise<string | undefined>,
): Promise<readonly Finding[]> {
  const error = (path: string, message: string): Finding => ({ severity: 'error', path, message });
  const shape = shapeOf(manifest);
  const annotations: unknown = (manifest.metadata as { readonly annotations?: unknown }).annotations ?? {};
  const readable = typeof annotations === 'object' && shape.every(({ path }) => path !== 'metadata.annotations');
  const problems = readable ? readOptions(annotations as Readonly<Record<string, string>>).problems : [];
  const wrong = [...shape, ...problems.map((problem) => error('', problem))];
  if (wrong.length > 0) return wrong;
  const service = readService(manifest);
  const why = await refusal(service);
  return [...(why === undefined ? [] : [error('', why)]), ...idle(service)];
}

/** Annotations and fields that do nothing, where somebody may expect otherwise. */
function idle({ metadata, spec }: Service): readonly Finding[] {
  const warn = (path: string, message: string): Finding => ({ severity: 'warning', path, message });
  if (spec.type !== 'LoadBalancer') {
    return spec.loadBalancerSourceRanges.length === 0
      ? []
      : [warn('spec.loadBalancerSourceRanges', `restricts nothing: the type is ${spec.type}`)];
  }
  return Object.keys(metadata.annotations)
    .filter((key) => balancerKeys.test(key) && !isOptionKey(key))
    .map((key) => warn(`metadata.annotations[${key}]`, 'is for another controller; Portico does nothing about it'));
}

/** Where other load-balancer controllers keep their options. */
const balancerKeys =
  /^(networking\.gke\.io\/(internal-)?load-balancer|cloud\.google\.com\/load-balancer|service\.beta\.kubernetes\.io\/|service\.kubernetes\.io\/(aws|azure|openstack))/;

function render(found: readonly Located[], checked: number, terminal: Terminal): string {
  const paint = painter(terminal);
  const lines = found.map(({ file, object, severity, path, message }) => {
    const label = paint(severity === 'error' ? 'delete' : 'update', severity);
    // Messages of ours about a whole Service name it already.
    const named = message.startsWith(object) ? '' : `${object}: `;
    const place = path === '' ? named : `${named}${path} `;
    return `${file}: ${label}: ${place}${message}\n`;
  });
  const errors = found.filter(({ severity }) => severity === 'error').length;
  const services = checked === 1 ? '1 Service' : `${checked} Services`;
  return `${lines.join('')}${services} checked: ${count(errors, 'error')}, ${count(found.length - errors, 'warning')}.\n`;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
