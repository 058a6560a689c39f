// `npm run screenshots`: the README's pictures, taken of the Temporal UI in a real browser (test/ui/screenshots.ts).
require('../test/faults/register.js');
require('../test/support/global-setup.ts')
  .default()
  .then(() => require('../test/ui/screenshots.ts').main())
  .then(
    () => process.exit(0),
    (error) => {
      process.stderr.write(`${error?.stack ?? error}\n`);
      process.exit(1);
    },
  );
