import { defineConfig } from 'vitest/config';

/** What a client of before the live channel goes through as well; `npm run earlier-client` is all that it can. */
const earlierClientJourneys = [
  'first-host',
  'large-outputs',
  'left-without-result',
  'odd-results',
  'trust-held-back',
  'trust-lost-answers',
  'two-servers',
];

export default defineConfig({
  test: {
    globalSetup: ['packages/server/test/postgres.ts'],
    pool: 'forks',
    // Most tests wait for processes, sockets and disks: one for each core leaves the machine idle half of the time.
    maxWorkers: 3,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    // How long a named condition is waited for: machines are shared.
    expect: { poll: { timeout: 20_000 } },
    reporters: process.env.CI ? ['default', ['json', { outputFile: '.ci/report.json' }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'remotes',
          include: ['packages/*/test/**/*.test.ts', 'checks/**/*.test.ts', 'journeys/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'client of capability 1',
          include: earlierClientJourneys.map((journey) => `journeys/${journey}.test.ts`),
          env: { JOURNEYS_CLIENT: 'fixtures/remotes-client-capability-1.cjs' },
        },
      },
    ],
  },
});
