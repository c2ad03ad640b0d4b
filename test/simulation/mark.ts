/** Whose a resource is, as its description says; read here anew, so that a defect of Portico's own reader shows. */
export interface Mark {
  readonly cluster: string;
  /** Null for what all Services of the cluster share. */
  readonly uid: string | null;
  readonly role: string;
}

const form =
  /^\{"portico":\{"cluster":"([^"\\]+)","role":"([a-z-]+\/[^"\\/]+)"(?:,"service":"[^"\\/]+\/[^"\\/]+","uid":"([^"\\]+)")?\}\}$/;

/** Bodies never change in place, and the rules look at each many times. */
const read = new WeakMap<object, Mark | null>();

/** Undefined for what nobody of ours made. A copy of a marked resource under another name is nobody's of ours. */
export function markOf(body: Readonly<Record<string, unknown>>): Mark | undefined {
  let mark = read.get(body);
  if (mark === undefined) {
    mark = readMark(body) ?? null;
    read.set(body, mark);
  }
  return mark ?? undefined;
}

function readMark(body: Readonly<Record<string, unknown>>): Mark | undefined {
  const { description, name, labels } = body;
  // An address or a rule cannot be given another description: this label says that nobody has it any more.
  if (typeof labels === 'object' && labels !== null && 'portico-kept' in labels) return undefined;
  if (typeof description !== 'string' || typeof name !== 'string') return undefined;
  const [, cluster, role, uid] = form.exec(description) ?? [];
  if (cluster === undefined || role === undefined || role.slice(role.indexOf('/') + 1) !== name) return undefined;
  return { cluster, uid: uid ?? null, role };
}
