import { z } from 'zod';
import { type UserId, userId } from '../primitives/ids.js';
import { type AuthorizedHttp, dataOf } from './authorized-http.js';
import { KickApiError } from './kick-api-error.js';

export interface ChannelInfo {
  readonly broadcasterUserId: UserId;
  readonly slug: string;
  readonly description: string;
  readonly streamTitle: string;
  readonly category: { readonly id: number; readonly name: string } | undefined;
  readonly stream: {
    readonly isLive: boolean;
    readonly isMature: boolean;
    readonly language: string;
    readonly viewerCount: number;
    readonly customTags: readonly string[];
    /** Missing while offline. */
    readonly startedAt: Date | undefined;
  };
}

export interface ChannelChanges {
  readonly categoryId?: number;
  readonly streamTitle?: string;
  /** At most ten. */
  readonly customTags?: readonly string[];
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

const Stream = z.object({
  is_live: flag,
  is_mature: flag,
  language: text,
  viewer_count: z.number().nullish(),
  custom_tags: z.array(z.string()).nullish(),
  start_time: text,
});
const offline = Stream.parse({});

const Channels = z.array(
  z
    .object({
      broadcaster_user_id: z.number(),
      slug: z.string(),
      channel_description: text,
      stream_title: text,
      category: z.object({ id: z.number(), name: z.string() }).nullish(),
      stream: Stream.nullish(),
    })
    .transform(({ stream: found, category, ...channel }): ChannelInfo => {
      const stream = found ?? offline;
      return {
        broadcasterUserId: userId(channel.broadcaster_user_id),
        slug: channel.slug,
        description: channel.channel_description,
        streamTitle: channel.stream_title,
        category: category ?? undefined,
        stream: {
          isLive: stream.is_live,
          isMature: stream.is_mature,
          language: stream.language,
          viewerCount: stream.viewer_count ?? 0,
          customTags: stream.custom_tags ?? [],
          startedAt: moment(stream.start_time),
        },
      };
    }),
);

/** Nothing is said about what stands there while offline: an empty text and the zero date are no moments. */
function moment(value: string): Date | undefined {
  const milliseconds = Date.parse(value);
  return milliseconds > 0 ? new Date(milliseconds) : undefined;
}

/** `/public/v1/channels` (https://docs.kick.com/apis/channels). */
export class KickChannels {
  constructor(private readonly api: AuthorizedHttp) {}

  /** The channel at `kick.com/{slug}`. Throws `kick.not_found`. */
  async bySlug(slug: string): Promise<ChannelInfo> {
    if (slug.length === 0 || slug.length > 25) {
      throw new KickApiError('kick.invalid_request', `The slug "${slug}" must have 1 to 25 characters.`);
    }
    try {
      const [channel] = await this.#get({ slug: [slug] });
      if (channel !== undefined) return channel;
    } catch (error) {
      // Kick answers an unknown slug with a mere 400.
      if (!(error instanceof KickApiError && error.status === 400)) throw error;
    }
    throw new KickApiError(
      'kick.not_found',
      `Kick knows no channel "${slug}". Check the spelling of kick.com/${slug}.`,
    );
  }

  /** The account's own channel. Needs scope `channel:read`. */
  async own(): Promise<ChannelInfo> {
    const [channel] = await this.#get({});
    if (channel !== undefined) return channel;
    throw new KickApiError('kick.not_found', 'This account has no channel. Log in with the broadcaster.');
  }

  /** Changes the account's own channel. Needs scope `channel:write`. */
  async update({ categoryId, streamTitle, customTags }: ChannelChanges): Promise<void> {
    const problem =
      categoryId === undefined && streamTitle === undefined && customTags === undefined
        ? 'Name at least one change: categoryId, streamTitle or customTags.'
        : streamTitle === ''
          ? 'streamTitle must not be empty.'
          : categoryId !== undefined && !(Number.isInteger(categoryId) && categoryId >= 1)
            ? `categoryId must be a whole number from 1, not ${categoryId}.`
            : customTags !== undefined && customTags.length > 10
              ? `customTags holds at most 10 tags, not ${customTags.length}.`
              : undefined;
    if (problem !== undefined) throw new KickApiError('kick.invalid_request', problem);
    await this.api.call({
      method: 'PATCH',
      path: '/public/v1/channels',
      body: { category_id: categoryId, stream_title: streamTitle, custom_tags: customTags },
    });
  }

  async #get(query: Record<string, readonly string[]>): Promise<readonly ChannelInfo[]> {
    return dataOf(await this.api.call({ method: 'GET', path: '/public/v1/channels', query }), Channels);
  }
}
