import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';

interface Kubeconfig {
  readonly users?:
    | readonly { readonly name?: string; readonly user?: { readonly tokenFile?: unknown } | null }[]
    | null;
}

/**
 * The file that a user's `tokenFile` names, which wins over its `token`; relative to the kubeconfig it stands in. Of
 * several kubeconfigs the first that has the user decides. Rejects with what the file system says.
 */
export async function tokenFileOf(user: string, kubeconfig: string | undefined): Promise<string | undefined> {
  for (const file of kubeconfig === undefined ? usualFiles() : [kubeconfig]) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      // A Pod has none: it has its service account.
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const found = ((parse(text) ?? {}) as Kubeconfig).users?.find(({ name }) => name === user)?.user;
    if (!found) continue;
    return typeof found.tokenFile === 'string' ? resolve(dirname(file), found.tokenFile) : undefined;
  }
  return undefined;
}

function usualFiles(): readonly string[] {
  const given = process.env['KUBECONFIG']?.split(delimiter).filter(Boolean) ?? [];
  return given.length > 0 ? given : [join(homedir(), '.kube', 'config')];
}
