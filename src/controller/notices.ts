import { eventReasons } from '../model/event-reasons.ts';
import type { Node } from '../model/node.ts';
import type { Notice } from '../provider.ts';
import { type EventRecorder, nodeReference } from './events.ts';
import type { Log } from './observer.ts';

interface Audience {
  readonly log: Log;
  readonly events: EventRecorder;
  readonly nodeOf: (providerId: string) => Node | undefined;
}

/** No notice is told to more nodes than this; the log line tells how many there are. */
const mostNodes = 20;

/** Notices of what all Services share: in the log, and as Events of the nodes they are about. */
export function tellNotices(notices: readonly Notice[], { log, events, nodeOf }: Audience): void {
  for (const { reason, message, nodes = [] } of notices) {
    log(eventReasons[reason].type === 'Warning' ? 'warn' : 'info', 'notice of the cloud', {
      reason,
      notice: message,
      nodes: nodes.length,
    });
    for (const providerId of nodes.slice(0, mostNodes)) {
      const node = nodeOf(providerId);
      if (node) events.record(nodeReference(node), { reason, message });
    }
  }
}

/** Standing remarks, told when they come up and when they change. */
export interface Remarks {
  tell(standing: readonly Notice[]): void;
}

export function remarks(audience: Audience): Remarks {
  let told = new Set<string>();
  return {
    tell: (standing) => {
      tellNotices(
        standing.filter(({ message }) => !told.has(message)),
        audience,
      );
      told = new Set(standing.map(({ message }) => message));
    },
  };
}
