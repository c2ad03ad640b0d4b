import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

/**
 * Prints one last line, `N passed, N failed, N skipped`, so that scripts and people read the same result. A module that
 * could not be loaded, and an error outside every test, count as failed: they ran no test that could say so.
 */
export class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[], _reason: TestRunEndReason): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      count.failed += module.errors().length;
      for (const test of module.children.allTests()) count[test.result().state] += 1;
    }
    process.once('exit', () => {
      process.stdout.write(
        `${count.passed} passed, ${count.failed} failed, ${count.skipped + count.pending} skipped\n`,
      );
    });
  }
}

// oxlint-disable-next-line import/no-default-export -- Vitest loads a reporter by its default export.
export default ClosingLineReporter;
