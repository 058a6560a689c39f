// `npm run sweep`: every fault at every call of every vendor, against a real Temporal server (test/faults/sweep.ts).
require('../test/faults/register.js');
// `npm run sweep -- --list | head` is no error.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 2));
require('../test/faults/sweep.ts')
  .main(process.argv.slice(2))
  .then(
    (code) => process.exit(code),
    (error) => {
      process.stderr.write(`${error?.stack ?? error}\n`);
      process.exit(2);
    },
  );
