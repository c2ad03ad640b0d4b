import { type DestinationStream, pino } from 'pino';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { withoutSecrets } from '../secrets.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Writes one line. `message` is constant text; what varies goes into `fields`. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;

export interface LogOptions {
  readonly level: Config['logLevel'];
  readonly format: Config['logFormat'];
  readonly destination: DestinationStream;
}

/** Names of fields whose value must never be printed, at the top or one level down. */
const secrets = ['authorization', 'token', 'password', 'access_token', 'clientSecret', 'privateKey'];

/** JSON for machines, or `time level message key=value …` for people. */
export function createLog({ level, format, destination }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(systemClock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...secrets, ...secrets.map((name) => `*.${name}`)], censor: '[secret]' },
    },
    {
      write: (line: string) => {
        const text = format === 'json' ? line : readable(line);
        destination.write(withoutSecrets(text));
      },
    },
  );
  return (at, message, fields = {}) => {
    logger[at](fields, message);
  };
}

function readable(line: string): string {
  const { time, level, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${[String(time).slice(11, 23), String(level).padEnd(5), message, ...rest].join(' ')}\n`;
}
