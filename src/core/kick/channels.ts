import { z } from 'zod';
import { type UserId, userId } from '../primitives/ids.js';
import { Secret } from '../primitives/secret.js';
import { type AuthorizedHttp, dataOf, type Query } from './authorized-http.js';
import { type Category, optionalCategory } from './categories.js';
import { count, flag, listOf, moment, optionalText, text, texts } from './fields.js';
import { KickApiError } from './kick-api-error.js';
import { checkCount, checkLength, checkNumber } from './limits.js';

export interface ChannelInfo {
  readonly broadcasterUserId: UserId;
  readonly slug: string;
  readonly description: string;
  readonly bannerPicture: string | undefined;
  readonly streamTitle: string;
  readonly category: Category | undefined;
  readonly subscribers: {
    readonly active: number;
    /** How many of the active ones were gifted. */
    readonly gifted: number;
    readonly canceled: number;
  };
  readonly stream: {
    readonly isLive: boolean;
    readonly isMature: boolean;
    readonly language: string;
    readonly viewerCount: number;
    readonly customTags: readonly string[];
    readonly thumbnail: string | undefined;
    /** Missing while offline. */
    readonly startedAt: Date | undefined;
    /** Where to stream to, and the key to it: only of the account's own channel, with scope `streamkey:read`. */
    readonly url: string | undefined;
    readonly key: Secret | undefined;
  };
}

export interface ChannelChanges {
  readonly categoryId?: number;
  readonly streamTitle?: string;
  /** At most ten. */
  readonly customTags?: readonly string[];
}

const Stream = z.object({
  is_live: flag,
  is_mature: flag,
  language: text,
  viewer_count: count,
  custom_tags: texts,
  thumbnail: optionalText,
  start_time: moment,
  url: optionalText,
  key: optionalText,
});
const offline = Stream.parse({});

const Channels = listOf(
  z
    .object({
      broadcaster_user_id: z.number(),
      slug: z.string(),
      channel_description: text,
      banner_picture: optionalText,
      stream_title: text,
      category: optionalCategory,
      active_subscribers_count: count,
      active_gifted_subscribers_count: count,
      canceled_subscribers_count: count,
      stream: Stream.nullish(),
    })
    .transform(({ stream: found, ...channel }): ChannelInfo => {
      const stream = found ?? offline;
      return {
        broadcasterUserId: userId(channel.broadcaster_user_id),
        slug: channel.slug,
        description: channel.channel_description,
        bannerPicture: channel.banner_picture,
        streamTitle: channel.stream_title,
        category: channel.category,
        subscribers: {
          active: channel.active_subscribers_count,
          gifted: channel.active_gifted_subscribers_count,
          canceled: channel.canceled_subscribers_count,
        },
        stream: {
          isLive: stream.is_live,
          isMature: stream.is_mature,
          language: stream.language,
          viewerCount: stream.viewer_count,
          customTags: stream.custom_tags,
          thumbnail: stream.thumbnail,
          startedAt: stream.start_time,
          url: stream.url,
          key: stream.key === undefined ? undefined : new Secret(stream.key),
        },
      };
    }),
);

const atMost50 = { minimum: 0, maximum: 50 };

/** `/public/v1/channels` (https://docs.kick.com/apis/channels). Reading needs scope `channel:read`, or an app token. */
export class KickChannels {
  constructor(private readonly api: AuthorizedHttp) {}

  /** The channel at `kick.com/{slug}`. Throws `kick.not_found`. */
  async bySlug(slug: string): Promise<ChannelInfo> {
    const [channel] = await this.bySlugs([slug]);
    if (channel !== undefined) return channel;
    throw new KickApiError(
      'kick.not_found',
      `Kick knows no channel "${slug}". Check the spelling of kick.com/${slug}.`,
    );
  }

  /** The channels with these slugs, at most 50; slugs that nobody has are missing from the result. */
  async bySlugs(slugs: readonly string[]): Promise<readonly ChannelInfo[]> {
    checkCount('slugs', slugs, atMost50);
    for (const slug of slugs) checkLength('slug', slug, { minimum: 1, maximum: 25 });
    const found: ChannelInfo[] = [];
    // One at a time: an unknown slug makes Kick refuse the whole call with a mere 400.
    for (const slug of slugs) {
      try {
        found.push(...(await this.#get({ slug })));
      } catch (error) {
        if (!(error instanceof KickApiError)) throw error;
        if (error.code !== 'kick.invalid_request' || error.status !== 400) throw error;
      }
    }
    return found;
  }

  /** The channels of these broadcasters, at most 50; ids that nobody has are missing from the result. */
  async byIds(ids: readonly UserId[]): Promise<readonly ChannelInfo[]> {
    checkCount('ids', ids, atMost50);
    // Kick would take a request without ids for a question about the account's own channel.
    return ids.length === 0 ? [] : this.#get({ broadcaster_user_id: ids });
  }

  /** The account's own channel. */
  async own(): Promise<ChannelInfo> {
    const [channel] = await this.#get({});
    if (channel !== undefined) return channel;
    throw new KickApiError('kick.not_found', 'This account has no channel. Log in with the broadcaster.');
  }

  /** Changes the account's own channel. Needs scope `channel:write`. */
  async update({ categoryId, streamTitle, customTags }: ChannelChanges): Promise<void> {
    if (categoryId === undefined && streamTitle === undefined && customTags === undefined) {
      throw new KickApiError(
        'kick.invalid_request',
        'Name at least one change: categoryId, streamTitle or customTags.',
      );
    }
    checkNumber('categoryId', categoryId, { minimum: 1 });
    checkLength('streamTitle', streamTitle, { minimum: 1 });
    checkCount('customTags', customTags, { minimum: 0, maximum: 10 });
    await this.api.call({
      method: 'PATCH',
      path: '/public/v1/channels',
      body: { category_id: categoryId, stream_title: streamTitle, custom_tags: customTags },
    });
  }

  async #get(query: Query): Promise<readonly ChannelInfo[]> {
    return dataOf(await this.api.call({ method: 'GET', path: '/public/v1/channels', query }), Channels);
  }
}
