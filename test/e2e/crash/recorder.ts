import { callNames } from './calls.ts';
import type { Gate } from './tap.ts';

export type Moment = 'before' | 'after';

/** The nth call of a name since the recording began: `call` is `NAME`, or `NAME (n)` from the second on. */
export interface Target {
  readonly call: string;
  readonly moment: Moment;
}

/** Sees the calls of one client to all servers. */
export interface Recorder {
  readonly gate: Gate;
  /** Counts anew. At the target `strike` is called and awaited while the call stands still; then the call is cut. */
  begin(service: string, target?: Target, strike?: () => Promise<void>): void;
  /** What was called since, in the order of arrival; the Service's name is `web`. */
  calls(): readonly string[];
  /** Whether a call whose name has this in it was answered. */
  answered(part: string): boolean;
  /** Whether all were answered. */
  quiet(): boolean;
}

export function recorder(): Recorder {
  const names = callNames();
  let arrived: string[] = [];
  let done: string[] = [];
  let own = '';
  let aim: { readonly target: Target; readonly strike: () => Promise<void> } | undefined;

  const hits = async (call: string, moment: Moment): Promise<boolean> => {
    if (aim?.target.call !== call || aim.target.moment !== moment) return false;
    const { strike } = aim;
    aim = undefined;
    await strike();
    return true;
  };

  return {
    begin: (service, target, strike) => {
      [arrived, done, own] = [[], [], service];
      aim = target && strike && { target, strike };
    },
    calls: () => arrived,
    answered: (part) => done.some((call) => call.includes(part)),
    quiet: () => done.length === arrived.length,
    gate: {
      arrive: async (sent) => {
        const name = names.nameOf(sent);
        if (name === undefined) return () => Promise.resolve('pass');
        const plain = name.replaceAll(new RegExp(`\\b${own}\\b`, 'g'), 'web');
        const before = arrived.filter((each) => each === plain || each.startsWith(`${plain} (`)).length;
        const call = before === 0 ? plain : `${plain} (${before + 1})`;
        arrived.push(call);
        // An answer that comes after the next beginning is not counted there.
        const into = done;
        if (await hits(call, 'before')) return 'cut';
        return async (answer) => {
          names.learn(name, answer);
          if (await hits(call, 'after')) return 'cut';
          into.push(call);
          return 'pass';
        };
      },
    },
  };
}
