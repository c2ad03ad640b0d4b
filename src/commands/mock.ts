import { Command, Option } from 'commander';
import { wholeNumber } from '../model/parse.ts';
import { systemClock } from '../clock.ts';
import type { Terminal } from '../terminal.ts';
import { arg, outputOption, portOption, regionName, untilStopped, zoneNames } from './arguments.ts';
import type { AccessFlags } from './mock-access.ts';

interface KubeOptions extends AccessFlags {
  readonly port: number;
  readonly kubeconfig?: string;
  readonly controllers: boolean;
  readonly kubelets: boolean;
  readonly output: 'text' | 'json';
}

interface GceOptions {
  readonly port: number;
  readonly project: string;
  readonly region: string;
  readonly zones?: readonly string[];
  readonly opLatency: number;
  readonly output: 'text' | 'json';
}

/** `portico mock kube|gce`: the stand-ins on their own, for tests of other programs. */
export const mockCommand = (terminal: Terminal): Command =>
  new Command('mock')
    .description('Run a stand-in on its own: a Kubernetes API server, or the Compute API of Google Cloud.')
    .addCommand(kubeCommand(terminal))
    .addCommand(gceCommand(terminal))
    .addHelpText(
      'after',
      `
Both listen on 127.0.0.1 only and keep everything in memory. For tests, each also answers
  GET  /_portico/calls         how often each method was called
  POST /_portico/calls/reset   count from zero
  GET  /_portico/state         everything it holds
  POST /_portico/faults        make calls fail, hang or lose their answer
`,
    );

const kubeCommand = (terminal: Terminal): Command =>
  new Command('kube')
    .description('A Kubernetes API server for kubectl, client libraries and controllers; no etcd.')
    .addOption(portOption())
    .option('--kubeconfig <FILE>', 'where to write the kubeconfig (default: a file that is removed at the end)')
    .option('--no-controllers', 'no endpoints, no ReplicaSets of Deployments, no taints and labels of nodes')
    .option('--kubelets', 'place pods on the nodes and let them be ready there', false)
    .option('--tls', 'serve HTTPS, by a certificate of its own that the kubeconfig trusts')
    .addOption(
      new Option(
        '--authorization-mode <MODE>',
        'what callers may do (implies --tls; default: nobody is asked)',
      ).choices(['AlwaysAllow', 'RBAC']),
    )
    .option('--token-auth-file <FILE>', 'lines of token,user,uid,"group1,group2" (implies --tls and RBAC)')
    .option('--anonymous-auth', 'callers without a token are system:anonymous (implies --tls and RBAC)')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Then: kubectl --kubeconfig FILE apply -f service.yaml

--authorization-mode RBAC, --token-auth-file and --anonymous-auth close the server and serve HTTPS, since kubectl sends no
token over plain HTTP: who has no token gets 401, who has no permission 403. The kubeconfig
carries the token of an administrator. A token of a service account:

  kubectl --kubeconfig FILE create token NAME
`,
    )
    .action(async (options: KubeOptions) => {
      const { readyPods } = await import('../../mocks/index.ts');
      const { serveKube } = await import('./mock-servers.ts');
      const { kubeAccess } = await import('./mock-access.ts');
      const access = await kubeAccess(options);
      const { port, kubeconfig: file, controllers, kubelets } = options;
      const pods = kubelets ? { pods: readyPods({ clock: systemClock }) } : {};
      const { url, kubeconfig, close } = await serveKube({ port, file, controllers, access, ...pods });
      terminal.out(
        options.output === 'json'
          ? `${JSON.stringify({ url, kubeconfig })}\n`
          : `Kubernetes API server on ${url}\n  export KUBECONFIG=${kubeconfig}\nCtrl-C ends it.\n`,
      );
      await untilStopped(terminal.signal);
      await close();
    });

const gceCommand = (terminal: Terminal): Command =>
  new Command('gce')
    .description('The Compute API of Google Cloud for gcloud, client libraries and controllers.')
    .addOption(portOption())
    .option('--project <PROJECT>', 'the project it holds', 'portico')
    .addOption(new Option('--region <REGION>', 'the region it holds').default('us-central1').argParser(arg(regionName)))
    .addOption(new Option('--zones <ZONE,…>', 'its zones (default: REGION-a, -b and -c)').argParser(arg(zoneNames)))
    .addOption(
      new Option('--op-latency <MS>', 'how long each operation takes')
        .default(0)
        .argParser(arg(wholeNumber(0, 600_000))),
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nThen: portico run --provider gce --gce-api-endpoint URL …, or gcloud with the settings that are printed.\n',
    )
    .action(async (options: GceOptions) => {
      const { gcloudSettings, serveGce } = await import('./mock-servers.ts');
      const { url, close } = await serveGce(options);
      terminal.out(
        options.output === 'json'
          ? `${JSON.stringify({ url })}\n`
          : `Compute API on ${url}, project ${options.project}\n${gcloudSettings(url, options.project)}Ctrl-C ends it.\n`,
      );
      await untilStopped(terminal.signal);
      await close();
    });
