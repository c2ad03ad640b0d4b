/**
 * What kubectl printed, without what differs from run to run: times and ages, uids and revisions, addresses and ports
 * that the server chose, the suffixes of generated names, where the server listens, and the width of columns.
 */
export function normalised(text: string, asked: ReadonlySet<string>): string {
  return (
    text
      .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'UID')
      .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?[+-]\d{4}|Z)?/g, 'TIME')
      .replaceAll(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME')
      .replaceAll(/(resource ?version"?:\s*"?)\d+/gi, '$1N')
      // Since kubectl 1.33: https://github.com/kubernetes/kubernetes/pull/126619
      .replaceAll(/(?<=" (force )?deleted) from \S+ namespace/g, '')
      // Printed, empty, before kubectl 1.33.
      .replaceAll(/^ *Kube-Proxy Version:.*\n/gm, '')
      // Where and when a line was logged.
      .replaceAll(/^[EWI]\d{4} [\d:.]+ +\d+ (\S+):\d+\]/gm, '$1]')
      .replaceAll(/\S+\/(LIVE|MERGED)-\w+/g, '$1')
      .replaceAll(/\b(https?:\/\/)?(127\.0\.0\.1|localhost):\d+/g, 'SERVER')
      // The API server's own, behind default/kubernetes.
      .replaceAll(/\b2?6443\b/g, 'OWN')
      .replaceAll(/\b10\.96\.\d+\.\d+/g, (address) => (asked.has(address) ? address : 'ADDRESS'))
      .replaceAll(/\b3\d{4}\b/g, (port) => (asked.has(port) ? port : 'PORT'))
      .replaceAll(/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-XXXXX')
      .replaceAll(/\b(\d+[smhdy]){1,2}\b/g, 'AGE')
      .split('\n')
      .map((line) => line.replaceAll(/(?<=\S)(\s{2,}|\t+)/g, '  ').trimEnd())
      .join('\n')
  );
}

/** Addresses and ports in what was sent: those the client asked for must come back as they are. */
export function askedFor(sent: readonly unknown[]): Set<string> {
  return new Set(JSON.stringify(sent).match(/\b(10\.96\.\d+\.\d+|3\d{4})\b/g) ?? []);
}
