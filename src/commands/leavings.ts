import { rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Removes what a command leaves on the disk, when the command ends or, at the latest, when the process does: a second
 * Ctrl-C ends it before anybody had a turn. The last that was made goes first. Gives the way to do it now.
 */
export function removedAtEnd(remove: () => void): () => Promise<void> {
  process.prependOnceListener('exit', remove);
  return async () => {
    process.off('exit', remove);
    remove();
  };
}

export const fileGone = (path: string) => (): void => {
  rmSync(path, { recursive: true, force: true });
};

/** Removes the folder and those above it up to `top`, as far as nobody has put anything into them. */
export const emptyFolderGone = (folder: string, top: string) => (): void => {
  try {
    rmdirSync(folder);
  } catch {
    return;
  }
  if (folder !== top && dirname(folder) !== folder) emptyFolderGone(dirname(folder), top)();
};
