// `npm run bench`: see bench/run.ts.
require('../test/faults/register.js');
require('../bench/run.ts')
  .main(process.argv.slice(2))
  .then(
    (code) => process.exit(code),
    (error) => {
      process.stderr.write(`${error?.stack ?? error}\n`);
      process.exit(2);
    },
  );
