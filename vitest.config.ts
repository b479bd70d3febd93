import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^kickbot$/, replacement: source('index.ts') },
      { find: /^kickbot\/testing$/, replacement: source('testing/index.ts') },
      { find: /^kickbot\/sandbox$/, replacement: source('sandbox/index.ts') },
    ],
  },
  test: {
    setupFiles: ['reflect-metadata', './test/support/patience.ts', './test/support/canary.ts'],
    testTimeout: 60_000,
    // One second, the default, is too little for a real socket on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'plugins.example/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/cli/**', 'test/core/storage/postgres.test.ts'],
          // `npm run typecheck` tells of errors elsewhere.
          typecheck: { enabled: true, include: ['test/types/**/*.test-d.ts'], ignoreSourceErrors: true },
        },
      },
      {
        extends: true,
        test: {
          name: 'program',
          include: ['test/cli/**/*.test.ts'],
          globalSetup: ['test/cli/build.ts'],
          testTimeout: 90_000,
        },
      },
      {
        // What stores something, once more on a PostgreSQL server.
        extends: true,
        test: {
          name: 'postgres',
          include: [
            'test/core/storage/postgres.test.ts',
            'test/core/plugins/{store,own-tables}*.test.ts',
            'test/core/auth/{token-store,access-tokens,app-tokens,login,two-processes}.test.ts',
            'test/core/chat/{seen-messages,sender,channel-directory}.test.ts',
            'test/core/chat/webhook/delivery-store.test.ts',
            'test/core/commands/cooldown-store.test.ts',
            'test/core/server/operator-password.test.ts',
            'test/core/website-channels.test.ts',
          ],
          globalSetup: ['test/support/postgres.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
