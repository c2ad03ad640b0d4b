import { registerHooks } from 'node:module';
import { type Defect, defects } from './defects.ts';

/** Has the modules that are loaded from now on in this thread contain the defect, and tells it. */
export function plant(name: string): Defect {
  const defect = defects.find((each) => each.name === name);
  if (!defect) throw new Error(`There is no defect ${name}.`);
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(`/${defect.file}`)) return loaded;
      const { source } = loaded;
      const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
      return { ...loaded, source: spoiled(text, defect) };
    },
  });
  return defect;
}

/** The source text with the defect. Throws when the text to be replaced is not there exactly once. */
export function spoiled(source: string, { name, find, put }: Defect): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`The text to replace for "${name}" is there ${parts.length - 1} times.`);
  return parts.join(put);
}
