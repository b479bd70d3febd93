import { ChannelDirectory } from '../core/chat/channel-directory.js';
import type { LoadedConfig } from '../core/config/load-config.js';
import type { ChannelConfig, Config } from '../core/config/schema.js';
import type { Channel } from '../core/events/kick-event.js';
import { Installation } from '../core/installation.js';
import { type EventSubscription, webhookEvents } from '../core/kick/event-subscriptions.js';
import { SystemClock } from '../core/primitives/clock.js';
import { messageOf } from '../core/primitives/error.js';
import { SystemRandom } from '../core/primitives/random.js';
import { webhookPath } from '../core/server/public-server.js';
import { hasDatabase } from '../core/storage/database.js';
import { SilentLogger } from '../core/telemetry/logger.js';
import { webhookAccess } from '../core/webhook-access.js';
import { broken, type Finding, found, missing } from './finding.js';

/** Where webhooks are used: the address they come to, Kick's key, and what is subscribed. */
export async function webhookFindings({ config, directory, secretKey }: LoadedConfig): Promise<Finding[]> {
  const { publicUrl } = config.server;
  if (!config.chat.transports.includes('webhook') || publicUrl === undefined) return [];
  const address = found(
    `Webhooks come to ${new URL(webhookPath, publicUrl).href}: enter it for your app at kick.com/settings/developer.`,
  );
  // Looking must not make a database where there is none.
  const isThere = hasDatabase({ url: config.storage.url, directory });
  const storage = isThere ? config.storage : { url: 'sqlite::memory:' };
  const clock = new SystemClock();
  // While Kick is out of reach nothing else keeps the process alive.
  const alive = setInterval(() => undefined, 60_000);
  const services = { clock, random: new SystemRandom(), logger: new SilentLogger() };
  try {
    const options = { config: { ...config, storage }, directory, secretKey, ...services };
    const installation = await Installation.open(options);
    try {
      return [
        address,
        await keyFinding(installation),
        ...(await subscriptionFindings(config, installation, clock)),
      ];
    } finally {
      await installation.close();
    }
  } catch (error) {
    return [address, broken(messageOf(error))];
  } finally {
    clearInterval(alive);
  }
}

async function keyFinding({ accounts }: Installation): Promise<Finding> {
  try {
    await accounts.kickAsApp.publicKey.get();
    return found("Kick's key for webhooks can be fetched.");
  } catch (error) {
    return missing(`Kick's key for webhooks could not be fetched: ${messageOf(error)}`);
  }
}

function subscriptionFindings(
  config: Config,
  { accounts, database, http }: Installation,
  clock: SystemClock,
): Promise<Finding[]> {
  const access = webhookAccess(config, accounts);
  const directory = new ChannelDirectory({ website: config.kick.endpoints.website, database, http, clock });
  let asked: Promise<readonly EventSubscription[]> | undefined;
  /** One question for all channels, where one token reaches them all. */
  const listFor = async (channel: Channel): Promise<readonly EventSubscription[] | undefined> => {
    if (access.app === undefined) return (await access.owner(channel))?.list();
    asked ??= access.app.list();
    return asked;
  };
  const look = async (configured: ChannelConfig): Promise<Finding> => {
    const { slug } = configured;
    try {
      const channel = await directory.resolve(configured);
      const all = await listFor(channel);
      if (all === undefined) {
        return missing(
          `The webhooks of ${slug} cannot be subscribed: set kick.clientSecret, or run 'kickbot login --type channel --account ${slug}' as ${slug}.`,
        );
      }
      const listed = all.filter(({ broadcasterUserId }) => broadcasterUserId === channel.broadcasterUserId);
      const absent = webhookEvents.filter((name) => !listed.some(({ event }) => event === name));
      return absent.length === 0
        ? found(`All ${webhookEvents.length} webhooks of ${slug} are subscribed.`)
        : missing(
            `Not subscribed for ${slug}: ${absent.join(', ')}. The bot does it when it starts, and every 5 minutes.`,
          );
    } catch (error) {
      return missing(`The webhooks of ${slug} could not be looked up: ${messageOf(error)}`);
    }
  };
  return Promise.all(config.channels.map(look));
}
