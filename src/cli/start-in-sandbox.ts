import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createBot } from '../core/bot.js';
import type { Served } from '../core/bot-server.js';
import type { LoadedConfig } from '../core/config/load-config.js';
import type { Config, ConfigInput } from '../core/config/schema.js';
import { Secret } from '../core/primitives/secret.js';
import type { Logger } from '../core/telemetry/logger.js';
import { startAudience } from '../sandbox/audience.js';
import { type Sandbox, startSandbox } from '../sandbox/index.js';
import { logChat } from './chat-log.js';
import { runUntilSignal } from './long-running.js';
import { paint } from './terminal.js';
import { type Watching, watchFiles } from './watch.js';

const botName = 'Kickbot';
const streamerName = 'Streamer';

export interface SandboxOptions {
  readonly audience: boolean;
  /** Loads the configuration anew; without it nothing is watched. */
  readonly load?: () => Promise<LoadedConfig>;
}

/** Runs a local Kick and the bot in it, logged in through the local Kick's own login page. */
export async function startInSandbox(
  loaded: LoadedConfig,
  logger: Logger,
  { audience, load }: SandboxOptions,
): Promise<void> {
  const { config, directory } = loaded;
  const sandbox = await startSandbox({});
  const channel = sandbox.world.createChannel({ owner: streamerName, title: 'Trying out kickbot' });
  sandbox.world.createUser({ username: botName, bot: true });
  sandbox.world.setRoles({ channel, user: botName, moderator: true });

  // The tokens die with the process; the seal only spares the person a warning about a key that is not needed.
  const secretKey = new Secret(randomBytes(32).toString('base64'));
  const bot = createBot(configFor(sandbox, config, channel.slug), { directory, secretKey, logger });
  const viewers = { stop: () => {} };
  let served: Served | undefined;
  let watching: Watching | undefined;
  const start = async (signal: AbortSignal) => {
    const refused = new AbortController();
    await bot.accounts.login({
      kind: 'bot',
      identifier: 'sandbox',
      port: 0,
      signal: AbortSignal.any([signal, refused.signal]),
      onAuthorizeUrl: (url) => void approve(sandbox, url).catch((error) => refused.abort(error)),
    });
    signal.throwIfAborted();
    logger.info(`Logged in as ${botName}, through the sandbox's own login page.`);
    logChat(bot, logger, config.log.format);
    if (config.server.health) served = await bot.serve();
    await bot.start();
    const configOf = ({ config: changed }: LoadedConfig) => configFor(sandbox, changed, channel.slug);
    if (load && !signal.aborted) watching = watchFiles({ bot, loaded, load, configOf, logger });
    announce(sandbox.chatPageUrl(channel.slug), logger, config.log.format);
    if (audience) viewers.stop = startAudience({ world: sandbox.world, channel }).stop;
  };
  const stop = async () => {
    viewers.stop();
    await watching?.close();
    await served?.close();
    await bot.stop();
  };
  try {
    await runUntilSignal(logger, { start, stop });
  } finally {
    await served?.close();
    await bot.stop({ drainMs: 0 });
    await sandbox.close();
  }
}

/** Plays the person who sees Kick's consent page and allows the login. */
async function approve(sandbox: Sandbox, url: string): Promise<void> {
  const redirectUri = new URL(url).searchParams.get('redirect_uri');
  if (redirectUri) sandbox.app.redirectUris.push(redirectUri);
  await sandbox.approve(url, { as: botName });
}

function configFor(sandbox: Sandbox, config: Config, slug: string): ConfigInput {
  const publicUrl = `http://localhost:${config.server.port}`;
  sandbox.app.webhookUrl = `${publicUrl}/webhooks/kick`;
  return {
    ...config,
    server: { ...config.server, publicUrl },
    kick: {
      ...config.kick,
      clientId: sandbox.app.clientId,
      clientSecret: sandbox.app.clientSecret,
      endpoints: sandbox.endpoints,
      pusher: sandbox.pusher,
    },
    channels: [{ slug }],
    // The sandbox forgets everything when it ends; so does the bot in it, and a real bot's database stays untouched.
    storage: { url: 'sqlite::memory:' },
    plugins: config.plugins.length > 0 ? config.plugins : examplePlugins(),
  };
}

/** A newcomer without a configuration still gets answers. */
function examplePlugins(): string[] {
  return ['ping', 'dice', 'greeter', 'no-shouting'].map((name) =>
    fileURLToPath(new URL(`../../plugins.example/${name}.ts`, import.meta.url)),
  );
}

function announce(chatPage: string, logger: Logger, format: 'pretty' | 'json'): void {
  if (format === 'json') {
    logger.info('The sandbox is ready.', { chatPage });
    return;
  }
  const address = paint(process.stdout, ['bold', 'underline'], chatPage);
  const command = paint(process.stdout, 'bold', '!ping');
  process.stdout.write(`\n  The sandbox is ready. Open ${address}\n  and type ${command}. Ctrl-C stops.\n\n`);
}
