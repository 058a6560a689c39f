// Jest: TypeScript through swc, one Temporal server and one workflow bundle for the whole run (test/support/global-setup).
/** @param {'typescript' | 'ecmascript'} syntax @returns {[string, object]} */
const swc = (syntax) => [
  '@swc/jest',
  {
    jsc: { target: 'es2022', parser: { syntax } },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.ts$': swc('typescript'),
    // An ES module, which Jest can't load as it is.
    '/node_modules/jose/.+\\.js$': swc('ecmascript'),
  },
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  reporters: ['default', '<rootDir>/test/support/summary-reporter.js'],
  // Most tests wait for timers and vendors: two processes on a machine of two cores take a little more than half the time.
  maxWorkers: 2,
  testTimeout: 60_000,
  collectCoverageFrom: ['src/**/*.ts', 'activities/**/*.ts', 'workflows/**/*.ts'],
};
