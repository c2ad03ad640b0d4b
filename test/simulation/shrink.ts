import { run } from './run.ts';
import type { Moment, Story } from './story.ts';

/**
 * A shorter story that breaks the same rule: moments are left out, many at a time and then one by one, while it does.
 * At most `tries` runs.
 */
export async function shrink(story: Story, rule: string, tries = 250): Promise<Story> {
  const budget = { left: tries };
  const stillFails = async (moments: readonly Moment[]): Promise<boolean> => {
    budget.left -= 1;
    return (await run({ ...story, moments })).violation?.rule === rule;
  };
  let { moments } = story;
  for (let size = Math.ceil(moments.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < moments.length && budget.left > 0; ) {
      const fewer = moments.toSpliced(start, size);
      if (await stillFails(fewer)) moments = fewer;
      else start += size;
    }
  }
  return { ...story, moments };
}
