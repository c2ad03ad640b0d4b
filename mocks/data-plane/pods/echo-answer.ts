import type { IncomingMessage, ServerResponse } from 'node:http';

/** Who answers, as an HTTP client of a pod gets to see it. */
export interface EchoIdentity {
  readonly pod: string;
  readonly namespace: string;
  readonly node: string;
  readonly container: string;
}

/** What an HTTP client may do to the container that answers. */
export interface EchoControls {
  /** The address as the cluster knows it, of one on the wire. */
  readonly seen: (wire: string) => string;
  readonly log: (line: string) => void;
  /** Ends the container after the answer. */
  readonly exit: (code: number) => void;
  /** Files that `cat`, `ls` and `test -f` find in the container. */
  readonly files: Set<string>;
  readonly after: (ms: number, callback: () => void) => void;
}

/**
 * Any request is told who answers and what was seen of the client, as text, or as JSON to those who accept it. Besides:
 * `/_exit/CODE` ends the container, `PUT` and `DELETE` of `/_files/PATH` make and remove a file, `/_wait/MS` answers later,
 * `/_status/CODE` answers with that status.
 */
export function echoAnswer(
  identity: EchoIdentity,
  { seen, log, exit, files, after }: EchoControls,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const { method = 'GET', url = '/', headers, socket } = request;
    const client = { address: seen(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 };
    const facts = { ...identity, client, method, path: url, headers };
    const [, verb = '', rest = ''] = /^\/_(exit|files|wait|status)\/([^?]*)/.exec(url) ?? [];
    const number = /^\d{1,6}$/.test(rest) ? Number(rest) : 0;
    request.resume();

    const reply = (status = 200): void => {
      log(`${client.address} ${method} ${url} ${status}`);
      if (headers.accept?.includes('application/json') === true) {
        response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(facts)}\n`);
        return;
      }
      response
        .writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
        .end(`${identity.pod} on ${identity.node} answers ${client.address}\n`);
    };

    switch (verb) {
      case 'exit':
        response.on('close', () => exit(number));
        reply();
        return;
      case 'files':
        if (method === 'PUT') files.add(`/${rest}`);
        else if (method === 'DELETE') files.delete(`/${rest}`);
        reply(files.has(`/${rest}`) || method !== 'GET' ? 200 : 404);
        return;
      case 'wait':
        after(number, reply);
        return;
      case 'status':
        reply(number >= 200 && number <= 599 ? number : 400);
        return;
      default:
        reply();
    }
  };
}

/** Exit code of a command in a container that has no programs but these: true, false, cat, ls, test and sh -c 'exit N'. */
export function exitCode(command: readonly string[], files: ReadonlySet<string>): number {
  const [name = '', ...args] = command;
  switch (name.replace(/^.*\//, '')) {
    case 'true':
      return 0;
    case 'false':
      return 1;
    case 'cat':
    case 'ls':
      return args.every((path) => files.has(path)) ? 0 : 1;
    case 'test':
      return files.has(args.at(-1) ?? '') ? 0 : 1;
    case 'sh':
      return args[0] === '-c' ? scriptCode(args[1] ?? '', files) : 127;
    default:
      return 127;
  }
}

function scriptCode(script: string, files: ReadonlySet<string>): number {
  const exit = /^\s*exit\s+(\d+)\s*$/.exec(script);
  return exit ? Number(exit[1]) : exitCode(script.trim().split(/\s+/), files);
}
