/** The server of the bench as a process of its own: says where it listens, then how it fares whenever it is asked. */
import { startKubeApiServer } from '../../mocks/index.ts';

export interface ServerReady {
  readonly url: string;
  readonly startMs: number;
}

export interface ServerUsage {
  readonly rssBytes: number;
  readonly cpuMs: number;
}

// The first start also compiles; what counts for tests that start many servers is the one after.
await (await startKubeApiServer({ seed: 1 })).close();
const began = performance.now();
const server = await startKubeApiServer({ seed: 1 });
const ready: ServerReady = { url: server.url, startMs: performance.now() - began };
process.send?.(ready);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const usage: ServerUsage = { rssBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
  process.send?.(usage);
});
process.on('disconnect', () => process.exit(0));
