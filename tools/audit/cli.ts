import { spawnSync } from 'node:child_process';
import { verdict } from './verdict.ts';

// Advisories against what users install; tools of the developers are left out. Fails at high and critical ones.
const { stdout } = spawnSync('npm', ['audit', '--json', '--omit=dev'], { encoding: 'utf8', timeout: 120_000 });
const said = verdict(stdout ?? '');
switch (said.kind) {
  case 'unanswered':
    console.log(`npm audit: NOT CHECKED, the registry answers no audits (${said.why})`);
    break;
  case 'clean':
    console.log(`npm audit: nothing high or critical in ${said.packages} packages, ${said.minor} lesser advisories`);
    break;
  case 'vulnerable':
    console.error(`npm audit: update what needs these packages\n  ${said.packages.join('\n  ')}`);
    process.exitCode = 1;
}
