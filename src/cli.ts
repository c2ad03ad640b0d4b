#!/usr/bin/env node
import { leaveModelsOut } from './kube/without-models.ts';
import { runProgram } from './program.ts';

leaveModelsOut();

/** A second Ctrl-C does not wait for a clean end. */
const interrupted = 130;

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (stop.signal.aborted) process.exit(interrupted);
    stop.abort();
  });
}

/** The library for Google's credentials warns when it finds no metadata server, which our own message says better. */
const printers = process.listeners('warning');
process.removeAllListeners('warning').on('warning', (warning) => {
  if (warning.name === 'MetadataLookupWarning') return;
  for (const print of printers) print.call(process, warning);
});

process.exitCode = await runProgram(process.argv, {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  env: process.env,
  interactive: process.stdout.isTTY,
  signal: stop.signal,
});
