import { expect, it } from 'vitest';
import { RefreshTokenAge } from '../../../src/core/auth/refresh-token-age.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import { openDatabase } from '../../../src/core/storage/database.js';
import { startSandbox } from '../../../src/sandbox/index.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { setUpAuth } from './auth-setup.js';

const dayMs = 86_400_000;
const tokens = (receivedAt: number) => ({
  accessToken: new Secret('a'),
  refreshToken: new Secret('r'),
  receivedAt,
  expiresIn: 7200,
  scopes: [],
});

it('41. alerts once each at 7, 3 and 1 days before refresh tokens have been seen to end', () => {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const age = new RefreshTokenAge('bot:test', clock, logger);
  const set = tokens(clock.now());
  const alertedOn: number[] = [];
  for (let day = 0; day <= 35; day += 0.5) {
    const before = logger.lines.length;
    age.check(set);
    if (logger.lines.length > before) alertedOn.push(day);
    clock.advance(dayMs / 2);
  }
  expect(alertedOn).toEqual([23, 27, 29]);
  expect(logger.lines[0]).toEqual(['warn', expect.stringMatching(/bot:test .* 23 days ago.*kickbot login/)]);

  age.check(tokens(clock.now()));
  clock.advance(23 * dayMs);
  age.check(tokens(clock.now() - 23 * dayMs));
  expect(logger.lines).toHaveLength(4);
});

it('41. says so when a bot starts after a long stop', async () => {
  const clock = new FakeClock();
  const sandbox = await startSandbox();
  const database = await openDatabase({ url: 'sqlite::memory:', directory: '.' });
  const { tokens: kept, logger } = setUpAuth({ authUrl: sandbox.url, database, clock });
  await kept.keep('bot', 'test', tokens(clock.now() - 28 * dayMs));
  expect(logger.lines).toContainEqual(['warn', expect.stringContaining('28 days ago')]);
  await kept.stop();
  await sandbox.close();
  await database.destroy();
});
