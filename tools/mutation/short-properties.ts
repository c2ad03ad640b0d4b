import fc from 'fast-check';

// Two thousand mutants are run, each against thousands of random histories if nothing limits them.
fc.configureGlobal({ interruptAfterTimeLimit: 400 });
