import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { systemClock } from '../clock.ts';
import { PorticoError } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Terminal } from '../terminal.ts';

/** What a lab calls the file of settings beside its kubeconfig. */
export const settingsFile = 'gcloud.env';

/** The settings of the lab whose kubeconfig this is, or undefined when it is none of a lab. */
export function labSettings(kubeconfig: string | undefined): string | undefined {
  const file = join(dirname(kubeconfig ?? ''), settingsFile);
  return kubeconfig !== undefined && existsSync(file) ? file : undefined;
}

/** The kubeconfig that decides, as kubectl reads the variable. */
export const kubeconfigIn = ({ env }: Pick<Terminal, 'env'>): string | undefined =>
  (env['KUBECONFIG'] ?? '').split(delimiter).find(Boolean);

/** A way to the lab that KUBECONFIG names; never to another cluster, whose nodes nobody meant to drain. Rejects with `invalid`. */
export async function labClient(terminal: Pick<Terminal, 'env'>): Promise<KubeClient> {
  const kubeconfig = kubeconfigIn(terminal);
  if (kubeconfig === undefined) {
    throw new PorticoError(
      'invalid',
      'KUBECONFIG is not set: export it as the lab that runs (`portico lab`) printed it.',
    );
  }
  if (labSettings(kubeconfig) === undefined) {
    const what = `KUBECONFIG is ${kubeconfig}, which is of no lab that runs: export it as \`portico lab\` printed it.`;
    throw new PorticoError('invalid', what, { object: kubeconfig });
  }
  const { kubeClient } = await import('../kube/client.ts');
  return kubeClient({ kubeconfig, clock: systemClock, userAgent: 'portico-lab' });
}
