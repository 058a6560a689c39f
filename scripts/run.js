// Runs a program that is kept as TypeScript sources (`npm run sweep`, `npm run bench`): the first argument is its file, which
// exports `main(args)`, and the rest are its own. Ends with the code that `main` gives, 2 where it fails.
require('../test/faults/register.js');
const { resolve } = require('node:path');

// `npm run sweep -- --list | head` is no error.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 2));
const [file = '', ...args] = process.argv.slice(2);
require(resolve(file))
  .main(args)
  .then(
    (code) => process.exit(code),
    (error) => {
      process.stderr.write(`${error?.stack ?? error}\n`);
      process.exit(2);
    },
  );
