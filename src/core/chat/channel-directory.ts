import { z } from 'zod';
import type { Channel } from '../events/kick-event.js';
import type { HttpAnswer, HttpRequest } from '../kick/http-exchange.js';
import { KickApiError } from '../kick/kick-api-error.js';
import type { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { channelId, chatroomId, userId } from '../primitives/ids.js';
import type { Database } from '../storage/schema.js';

/** A channel as the configuration has it: the slug in lower case, and any of its ids. */
export interface ConfiguredChannel {
  readonly slug: string;
  readonly broadcasterUserId?: number | undefined;
  readonly channelId?: number | undefined;
  readonly chatroomId?: number | undefined;
}

export interface ChannelDirectoryOptions {
  /** Kick's website, `https://kick.com`: the official API knows neither channel ids nor chatroom ids. */
  website: string;
  database: Database;
  /** Rejects with a `KickApiError` for everything but 2xx. */
  http: { send(request: HttpRequest): Promise<HttpAnswer> };
  clock: Clock;
}

/** `GET /api/v2/channels/{slug}`, of which this is all that matters here. */
const Answer = z.object({
  id: z.int().positive(),
  user_id: z.int().positive(),
  chatroom: z.object({ id: z.int().positive() }),
});

interface Ids {
  readonly broadcasterUserId: number;
  readonly channelId: number;
  readonly chatroomId: number;
}

/**
 * Finds a channel's three ids: in the configuration what is given there, the rest in the database where it was
 * found before, else on Kick's website. They never change, so that each channel is looked up once.
 */
export class ChannelDirectory {
  readonly #options: ChannelDirectoryOptions;

  constructor(options: ChannelDirectoryOptions) {
    this.#options = options;
  }

  /**
   * Throws `channel.unknown` when Kick has no such channel, and `channel.unresolved` when it could not be asked:
   * the website's firewall turns some hosts away.
   */
  async resolve(configured: ConfiguredChannel): Promise<Channel> {
    const { slug, broadcasterUserId, channelId, chatroomId } = configured;
    if (broadcasterUserId !== undefined && channelId !== undefined && chatroomId !== undefined) {
      return channelOf(slug, { broadcasterUserId, channelId, chatroomId });
    }
    const found = (await this.#stored(slug)) ?? (await this.#found(slug));
    return channelOf(slug, {
      broadcasterUserId: broadcasterUserId ?? found.broadcasterUserId,
      channelId: channelId ?? found.channelId,
      chatroomId: chatroomId ?? found.chatroomId,
    });
  }

  async #stored(slug: string): Promise<Ids | undefined> {
    const row = await this.#options.database
      .selectFrom('channels')
      .select(['broadcaster_user_id', 'channel_id', 'chatroom_id'])
      .where('slug', '=', slug)
      .executeTakeFirst();
    return (
      row && {
        broadcasterUserId: row.broadcaster_user_id,
        channelId: row.channel_id,
        chatroomId: row.chatroom_id,
      }
    );
  }

  async #store(slug: string, { broadcasterUserId, channelId, chatroomId }: Ids): Promise<void> {
    const ids = {
      broadcaster_user_id: broadcasterUserId,
      channel_id: channelId,
      chatroom_id: chatroomId,
      resolved_at: this.#options.clock.now(),
    };
    await this.#options.database
      .insertInto('channels')
      .values({ slug, ...ids })
      .onConflict((conflict) => conflict.column('slug').doUpdateSet(ids))
      .execute();
  }

  async #found(slug: string): Promise<Ids> {
    const found = await this.#lookUp(slug);
    await this.#store(slug, found);
    return found;
  }

  async #lookUp(slug: string): Promise<Ids> {
    const url = new URL(`/api/v2/channels/${encodeURIComponent(slug)}`, this.#options.website);
    const answer = await this.#options.http.send({ method: 'GET', url }).catch((cause: unknown) => {
      throw cause instanceof KickApiError && cause.code === 'kick.not_found'
        ? unknownChannel(slug, cause)
        : unresolved(slug, url, messageOf(cause), cause);
    });
    const found = Answer.safeParse(answer.json);
    if (!found.success) {
      const what = answer.isHtml ? 'a page for people' : 'something else than a channel';
      throw unresolved(slug, url, `Kick answered with ${what}.`, found.error);
    }
    const { id, user_id, chatroom } = found.data;
    return { broadcasterUserId: user_id, channelId: id, chatroomId: chatroom.id };
  }
}

function channelOf(slug: string, ids: Ids): Channel {
  return {
    slug,
    broadcasterUserId: userId(ids.broadcasterUserId),
    channelId: channelId(ids.channelId),
    chatroomId: chatroomId(ids.chatroomId),
  };
}

function unknownChannel(slug: string, cause: unknown): KickbotError {
  return new KickbotError(
    'channel.unknown',
    `Kick has no channel "${slug}". Correct it in the setting channels: it is the last part of kick.com/{slug}.`,
    { cause },
  );
}

function unresolved(slug: string, url: URL, why: string, cause: unknown): KickbotError {
  return new KickbotError(
    'channel.unresolved',
    `The ids of the channel "${slug}" could not be looked up: ${why} Open ${url.href} in a browser and enter them by hand, channels: [{ slug: '${slug}', broadcasterUserId: <user_id>, channelId: <id>, chatroomId: <chatroom.id> }].`,
    { cause },
  );
}
