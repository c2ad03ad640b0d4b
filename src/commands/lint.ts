import { Command, Option } from 'commander';
import { PorticoError } from '../errors.ts';
import type { Service } from '../model/service.ts';
import type { Finding } from '../model/shape.ts';
import { painter, type Terminal } from '../terminal.ts';
import { findingsOf } from './lint-service.ts';
import { isService, kindFindings, manifestFiles, readManifests, titleOf } from './manifests.ts';
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
        for (const manifest of await readManifests(file)) {
          const { kind, metadata } = manifest;
          const object = `${kind} ${metadata.namespace ?? 'default'}/${metadata.name}`;
          const service = isService(manifest);
          if (service) checked += 1;
          const all = service ? await findingsOf({ ...manifest }, refusal) : kindFindings(manifest);
          for (const finding of all) found.push({ file, object, ...finding });
        }
      }
      if (checked === 0 && found.length === 0) {
        throw new PorticoError('invalid', `There is no Service in ${filename.map(titleOf).join(', ')}.`);
      }
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

function render(found: readonly Located[], checked: number, terminal: Terminal): string {
  const paint = painter(terminal);
  const lines = found.map(({ file, object, severity, path, message }) => {
    const label = paint(severity === 'error' ? 'delete' : 'update', severity);
    // Messages of ours about a whole Service name it already.
    const named = message.startsWith(object) ? '' : `${object}: `;
    const place = path === '' ? named : `${named}${path} `;
    return `${titleOf(file)}: ${label}: ${place}${message}\n`;
  });
  const errors = found.filter(({ severity }) => severity === 'error').length;
  const services = checked === 1 ? '1 Service' : `${checked} Services`;
  return `${lines.join('')}${services} checked: ${count(errors, 'error')}, ${count(found.length - errors, 'warning')}.\n`;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
