import { Secret } from '../../../src/core/primitives/secret.js';
import { openDatabase } from '../../../src/core/storage/database.js';
import { ClockAhead } from '../../support/clock-ahead.js';
import { setUpAuth } from './auth-setup.js';

/** The program of one process: at each message its token ends, and it answers with the one it uses next. */
export async function run(settings: {
  storage: { url: string; directory: string };
  authUrl: string;
  clientId: string;
  clientSecret: string;
}): Promise<void> {
  const database = await openDatabase(settings.storage);
  const clock = new ClockAhead();
  const { tokens } = setUpAuth({
    authUrl: settings.authUrl,
    database,
    clock,
    clientId: settings.clientId,
    clientSecret: new Secret(settings.clientSecret),
  });
  await tokens.start();
  process.on('message', async () => {
    clock.set(7200_000);
    const token = await tokens.for('bot:my-bot').accessToken();
    process.send?.(token.reveal());
  });
  process.send?.('ready');
}
