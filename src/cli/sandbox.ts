import { type Command, InvalidArgumentError } from 'commander';
import { KickbotError, messageOf } from '../core/primitives/error.js';
import { startAudience } from '../sandbox/audience.js';
import { startSandbox } from '../sandbox/index.js';
import { createLogger, loadConfiguration } from './configuration.js';
import { runUntilSignal } from './long-running.js';
import { numberOption, subcommand } from './subcommand.js';

interface SandboxCommandOptions {
  port: number;
  webhookUrl?: string;
  audience: boolean;
}

export function addSandboxCommand(program: Command): void {
  subcommand(
    program,
    'sandbox',
    'Runs a local Kick alone, for a bot of yours to talk to.',
    'kickbot sandbox --webhook-url http://localhost:3000/webhooks/kick',
  )
    .option('--port <port>', 'where it listens, on this machine only', numberOption(0, 65_535), 4020)
    .option('--webhook-url <url>', 'where it posts the webhooks your bot subscribes to', webhookUrlOption)
    .option('--no-audience', 'leave the scripted viewers out')
    .action(async ({ port, webhookUrl, audience }: SandboxCommandOptions, command: Command) => {
      const loaded = await loadConfiguration(command);
      const logger = createLogger(loaded);
      const log = (line: string) => logger.debug(line);
      const sandbox = await startSandbox({ port, webhookUrl, log }).catch((cause: unknown) => {
        throw new KickbotError(
          'sandbox.port_unavailable',
          `Cannot listen on port ${port} of this machine (${messageOf(cause)}): stop what uses it, or choose another one with --port.`,
          { cause },
        );
      });
      const channel = sandbox.world.createChannel({ owner: 'Streamer', title: 'A sandbox' });
      sandbox.world.createUser({ username: 'Kickbot', bot: true });
      sandbox.world.setRoles({ channel, user: 'Kickbot', moderator: true });
      sandbox.app.redirectUris.push(`http://localhost:${loaded.config.server.port}/callback`);
      const viewers = audience ? startAudience({ world: sandbox.world, channel }) : undefined;
      await runUntilSignal(logger, {
        async start() {
          logger.info('The sandbox runs.', { chatPage: sandbox.chatPageUrl(channel.slug) });
          if (loaded.config.log.format === 'pretty') process.stdout.write(snippet(sandbox, channel.slug));
        },
        async stop() {
          viewers?.stop();
          await sandbox.close();
        },
      });
    });
}

function webhookUrlOption(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('Allowed: an address with http:// or https://.');
}

function snippet({ app, endpoints, pusher }: Awaited<ReturnType<typeof startSandbox>>, slug: string): string {
  const kick = {
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    endpoints,
    pusher,
  };
  const config = { kick, channels: [slug], ...(app.webhookUrl && receiving(new URL(app.webhookUrl))) };
  return `\nPut this into kickbot.config.ts to use it:\n\n${JSON.stringify(config, undefined, 2)}\n\n`;
}

/** What a bot needs besides for webhooks to arrive. */
function receiving({ origin, port }: URL) {
  return {
    server: { ...(port && { port: Number(port) }), publicUrl: origin },
    chat: { transports: ['auto', 'webhook'] },
  };
}
