import type { StaticToken } from './options.ts';

/**
 * Reads a file of static tokens: `token,user,uid,"group1,group2"` a line, the groups optional.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file
 * @throws {Error} for a line with fewer than three columns or an open quote.
 */
export function parseTokenFile(text: string): readonly StaticToken[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ columns: columnsOf(line, index + 1), number: index + 1 }))
    .filter(({ columns }) => columns.length > 0)
    .map(({ columns, number }) => {
      const [token = '', user = '', uid, groups = ''] = columns;
      if (uid === undefined || token === '') {
        throw new Error(`Line ${number} of the token file must have at least a token, a user name and a uid.`);
      }
      const names = groups.split(',').filter((name) => name !== '');
      return { token, user, uid, groups: names };
    });
}

function columnsOf(line: string, number: number): readonly string[] {
  if (line.trim() === '' || line.startsWith('#')) return [];
  const columns: string[] = [];
  let rest = line;
  for (;;) {
    const [whole, quoted, plain = ''] = /^\s*(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/.exec(rest) ?? [];
    if (whole === undefined) throw new Error(`Line ${number} of the token file has a quote that does not end.`);
    columns.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (rest.length === whole.length) return columns;
    rest = rest.slice(whole.length + 1);
  }
}
