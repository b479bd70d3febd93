import 'reflect-metadata';
import {
  type Bot,
  Clock,
  Command,
  type CommandContext,
  createBot,
  Http,
  Logger,
  Plugin,
  Random,
  Secret,
  Sender,
  Store,
  z,
} from 'kickbot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { sandboxToken } from '../support/canary.js';
import { RecordingLogger } from '../support/recording-logger.js';

/** Everything that can be read from a value in plain JavaScript: properties, prototypes, what maps and sets hold. */
function reachable(...from: unknown[]): Set<unknown> {
  const seen = new Set<unknown>();
  const next = [...from];
  while (next.length > 0) {
    const value = next.pop();
    if (seen.has(value)) continue;
    seen.add(value);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
    if (value === globalThis || value === process) continue;
    next.push(Object.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) next.push(Object.getOwnPropertyDescriptor(value, key)?.value);
    if (value instanceof Map) next.push(...value.keys(), ...value.values());
    if (value instanceof Set) next.push(...value);
  }
  return seen;
}

const given: unknown[] = [];

@Plugin({ name: 'curious', options: z.object({ own: z.string() }) })
class Curious {
  constructor(random: Random, clock: Clock, logger: Logger, sender: Sender, store: Store, http: Http) {
    given.push(random, clock, logger, sender, store, http);
  }

  @Command('look')
  look(ctx: CommandContext) {
    given.push(ctx, ctx.options, this);
    return 'seen';
  }
}

@Plugin({ name: 'other', options: z.object({ of: z.string() }) })
class Other {}

let sandbox: Sandbox;
let bot: Bot;

beforeEach(async () => {
  sandbox = await startSandbox({});
  sandbox.world.createChannel({ owner: 'Streamer' });
  sandbox.world.createUser({ username: 'Kickbot' });
  sandbox.world.createUser({ username: 'viewer' });
});

afterEach(async () => {
  await bot.stop({ drainMs: 0 });
  await sandbox.close();
});

it('a plugin reaches no token, no secret and no configuration but its own from what it is given', async () => {
  bot = createBot(
    {
      kick: {
        clientId: sandbox.app.clientId,
        clientSecret: sandbox.app.clientSecret,
        endpoints: sandbox.endpoints,
        pusher: sandbox.pusher,
      },
      channels: [{ slug: 'streamer', plugins: { other: { of: 'another plugin, here' } } }],
      storage: { url: 'sqlite::memory:' },
      plugins: [
        [Curious, { own: 'its own' }],
        [Other, { of: 'another plugin' }],
      ],
    },
    { logger: new RecordingLogger() },
  );
  const { access_token, expires_in, scope = '' } = sandbox.issueTokens({ as: 'Kickbot' });
  await bot.accounts.setUserToken({
    accountId: 'test',
    type: 'bot',
    accessToken: access_token,
    expiresIn: expires_in,
    scope,
  });
  await bot.start();
  sandbox.world.say({ channel: 'streamer', user: 'viewer', content: '!look' });
  const { messages } = sandbox.world.channel('streamer');
  await expect.poll(() => messages.map(({ content }) => content)).toContain('seen');

  expect(reachable(new Map([['a', { b: [access_token] }]])).has(access_token)).toBe(true);
  const reached = reachable(...given);
  expect(reached.has('its own')).toBe(true);
  const texts = [...reached].filter((value) => typeof value === 'string');
  expect(texts.filter((text) => sandboxToken.test(text) || text === sandbox.app.clientSecret)).toEqual([]);
  expect(texts.filter((text) => text.startsWith('another plugin'))).toEqual([]);
  expect([...reached].filter((value) => value instanceof Secret)).toEqual([]);
  expect(reached.has(bot)).toBe(false);
  const options = [...reached].find((value) => value instanceof Object && Object.hasOwn(value, 'own'));
  expect(Object.isFrozen(options)).toBe(true);
});
