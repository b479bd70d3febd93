import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { SystemRandom } from '../../src/core/primitives/random.js';
import { WinstonLogger } from '../../src/core/telemetry/winston-logger.js';
import { Command, type CommandContext, createBot, Plugin, Secret } from '../../src/index.js';
import { cloudflareBlock, type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { consoleFor, password, Visitor } from '../console/setup.js';
import { sandboxToken } from '../support/canary.js';
import { RecordingLogger, takeWritten } from '../support/recording-logger.js';

const key = Buffer.from('the canary of thirty-two letters');

let directory: string;
let sandbox: Sandbox;
/** What must not be seen. */
let secrets: Set<string>;
/** What anybody could see. */
let seen: string[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kickbot-canary-'));
  sandbox = await startSandbox({ refreshTokens: 'rotating' });
  sandbox.world.createChannel({ owner: 'Streamer' });
  sandbox.world.createUser({ username: 'MyBot' });
  secrets = new Set([sandbox.app.clientSecret, key.toString(), password]);
  seen = [];
  const { issue, refresh } = sandbox.tokens;
  const keep = (reply: ReturnType<typeof refresh>) => {
    for (const token of [reply?.access_token, reply?.refresh_token]) if (token) secrets.add(token);
    return reply;
  };
  vi.spyOn(sandbox.tokens, 'issue').mockImplementation((grant) => {
    const reply = issue.call(sandbox.tokens, grant);
    keep(reply);
    return reply;
  });
  vi.spyOn(sandbox.tokens, 'refresh').mockImplementation((...given) =>
    keep(refresh.apply(sandbox.tokens, given)),
  );
  const see = (chunk: string | Uint8Array) => seen.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(see);
  vi.spyOn(process.stderr, 'write').mockImplementation(see);
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await sandbox.close();
  rmSync(directory, { recursive: true });
});

/** States and verifiers are secret while a login is on its way. Nothing waits. */
class KeptRandom extends SystemRandom {
  override fraction(): number {
    return 0;
  }

  override bytes(length: number): Uint8Array {
    const bytes = super.bytes(length);
    if (length === 32) secrets.add(Buffer.from(bytes).toString('base64url'));
    return bytes;
  }
}

function show(value: unknown): void {
  const all = { depth: 12, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null };
  seen.push(inspect(value, all), String(value));
  if (value instanceof Error) seen.push(value.stack ?? '', JSON.stringify(value));
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => Promise.reject(new Error('It did not fail.')),
    (error: unknown) => error,
  );

/** Each secret as it is, and as encoding may have left it. */
function findings(text: string): string[] {
  return [...secrets].filter((secret) => {
    const bytes = Buffer.from(secret);
    return [secret, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')].some((form) =>
      text.includes(form),
    );
  });
}

const filesWritten = () =>
  readdirSync(directory)
    .filter((name) => name.startsWith('kickbot.db'))
    .map((name) => readFileSync(join(directory, name), 'latin1'))
    .join('\n');

/** A bot that shows its context to its viewers, with the most talkative logs. */
function create({ secretKey }: { secretKey: Secret | undefined }) {
  @Plugin({ name: 'curious' })
  class Curious {
    @Command('look')
    look(ctx: CommandContext) {
      show(ctx);
      return 'seen';
    }
  }
  const stream = new Writable({
    write(chunk, _encoding, done) {
      seen.push(String(chunk));
      done();
    },
  });
  const { clientId, clientSecret } = sandbox.app;
  return createBot(
    {
      kick: { clientId, clientSecret, endpoints: sandbox.endpoints, pusher: sandbox.pusher },
      channels: ['streamer'],
      storage: { url: 'sqlite:kickbot.db' },
      plugins: [Curious],
    },
    {
      directory,
      secretKey,
      random: new KeptRandom(),
      logger: WinstonLogger.create({ level: 'debug', format: 'json', stream, colors: false }),
    },
  );
}

async function logIn(bot: ReturnType<typeof create>): Promise<void> {
  await bot.accounts.login({
    kind: 'bot',
    identifier: 'my-bot',
    port: 0,
    async onAuthorizeUrl(url) {
      sandbox.app.redirectUris.push(new URL(url).searchParams.get('redirect_uri') ?? '');
      const callback = await sandbox.consent(url, { as: 'MyBot' });
      secrets.add(callback.searchParams.get('code') ?? '');
      const page = await fetch(callback);
      seen.push(page.url, await page.text());
    },
  });
}

it('43. a login, refreshes, failures, a chat, doctor and the console show no secret in any byte', async () => {
  const bot = create({ secretKey: new Secret(key.toString('base64')) });
  await logIn(bot);
  await bot.start();
  sandbox.tokens.expireAccessTokens();
  sandbox.world.say({ channel: 'streamer', user: 'Streamer', content: '!look' });
  const answered = () => sandbox.world.channel('streamer').messages.at(-1)?.content;
  await vi.waitFor(() => expect(answered()).toBe('seen'), { timeout: 5000 });
  show(bot);
  show(await bot.accounts.statuses());

  // Kick may say whatever it was told.
  const told = (secret: string) => ({ error: 'invalid_request', error_description: secret, message: secret });
  const accessToken = String(vi.mocked(sandbox.tokens.refresh).mock.results.at(-1)?.value?.access_token);
  for (const fault of [
    { status: 400, body: told(accessToken) },
    { status: 500, body: told(accessToken) },
    { status: 403, body: told(`Bearer ${accessToken}`) },
    { cut: 'midway' } as const,
    cloudflareBlock,
  ]) {
    sandbox.faults.next('* /public/*', fault, 3);
    show(await failureOf(bot.kick.users.me()));
    sandbox.faults.clear();
  }
  sandbox.tokens.expireAccessTokens();
  sandbox.faults.next('POST /oauth/token', { status: 400, body: told(sandbox.app.clientSecret) });
  show(await failureOf(bot.kick.users.me()));
  await bot.stop({ drainMs: 0 });

  vi.stubEnv('KICKBOT_SECRET_KEY', key.toString('base64'));
  vi.stubEnv('KICK_INTEGRATION_CLIENT_SECRET', sandbox.app.clientSecret);
  const file = join(directory, 'kickbot.config.json');
  writeFileSync(file, JSON.stringify({ storage: { url: 'sqlite:kickbot.db' } }));
  await createProgram().parseAsync(['node', 'kickbot', 'doctor', '--config', file]);
  expect(seen.join('\n')).toContain('bot:my-bot is logged in as MyBot');

  const { app, bot: consoleBot, origin, logger } = consoleFor(sandbox);
  await consoleBot.operatorPassword.set(new Secret(password));
  const visitor = await new Visitor(app, origin).signIn();
  const callback = await sandbox.consent(await visitor.connect('bot', 'my-bot'), { as: 'MyBot' });
  seen.push(await (await visitor.get(callback.href)).text());
  seen.push(await (await visitor.get('/console/integrations')).text(), JSON.stringify(logger.lines));
  await consoleBot.stop();

  expect(secrets.size).toBeGreaterThan(8);
  expect(findings(seen.join('\n'))).toEqual([]);
  expect(findings(filesWritten())).toEqual([]);
}, 20_000);

it('43. the same search finds them in a database without a key, so it looks where they would be', async () => {
  const bot = create({ secretKey: undefined });
  await logIn(bot);
  await bot.stop();
  expect(findings(filesWritten()).length).toBeGreaterThanOrEqual(2);
  expect(findings(seen.join('\n'))).toEqual([]);
});

it('43. the net under every test of the suite finds a token that was logged, with an error or in a field', () => {
  const { access_token: token } = sandbox.issueTokens({ as: 'MyBot' });
  expect(token).toMatch(sandboxToken);
  new RecordingLogger().warn('oops', {
    error: new Error('deep', { cause: { headers: { authorization: token } } }),
  });
  expect(takeWritten()).toMatch(sandboxToken);
});
