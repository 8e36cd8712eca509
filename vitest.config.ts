import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'checks/**/*.test.ts', 'journeys/**/*.test.ts'],
    globalSetup: ['packages/server/test/postgres.ts'],
    pool: 'forks',
    // Most tests wait for processes, sockets and disks: one for each core leaves the machine idle half of the time.
    maxWorkers: 3,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    // How long a named condition is waited for: machines are shared.
    expect: { poll: { timeout: 20_000 } },
    reporters: process.env.CI ? ['default', ['json', { outputFile: '.ci/report.json' }]] : ['default'],
  },
});
