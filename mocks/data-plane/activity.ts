/** What goes on at the edge: servers that open, probes under way. A test under a virtual clock waits for its end. */
export interface Activity {
  /** Begins something; the returned function, called once, ends it. */
  begin(): () => void;
  /** Resolves when nothing goes on. */
  idle(): Promise<void>;
}

export function createActivity(): Activity {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    begin() {
      count += 1;
      let over = false;
      return () => {
        if (over) return;
        over = true;
        count -= 1;
        if (count > 0) return;
        const told = waiting;
        waiting = [];
        for (const tell of told) tell();
      };
    },
    idle: () =>
      count === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push(resolve);
          }),
  };
}
