import { z } from 'zod';
import { type ChannelId, channelId, type UserId, userId } from '../primitives/ids.js';
import { type AuthorizedHttp, dataOf, pageOf } from './authorized-http.js';
import { type Category, optionalCategory } from './categories.js';
import { count, flag, listOf, moment, optionalText, text, texts } from './fields.js';
import { checkCount, checkNumber } from './limits.js';
import { PagedList } from './paged-list.js';

/** A stream that is live now. Kick counts viewers about once a minute and notices an end after 3 to 19 s. */
export interface Livestream {
  /** A UUID of this one stream. */
  readonly id: string;
  /** The last part of the channel's address: `kick.com/{slug}`. */
  readonly slug: string;
  readonly broadcaster: {
    readonly id: UserId;
    readonly username: string;
    readonly profilePicture: string | undefined;
  };
  readonly title: string;
  readonly category: Category | undefined;
  readonly language: string;
  readonly tags: readonly string[];
  readonly isMature: boolean;
  /** 0 also where the streamer hides it. */
  readonly viewerCount: number;
  readonly thumbnail: string | undefined;
  readonly startedAt: Date | undefined;
}

export interface LivestreamFilter {
  /** At most 25. */
  readonly categoryIds?: readonly number[];
  /** At most 25, like `en`. */
  readonly languages?: readonly string[];
  /** How many one request asks for, 1 to 1000. */
  readonly pageSize?: number;
  /** Begins with the page this names. */
  readonly cursor?: string;
}

/** What the first version of the list says of a stream. */
export interface LivestreamV1 extends Omit<Livestream, 'id' | 'broadcaster'> {
  readonly broadcasterUserId: UserId;
  /** The only place where the official API tells it. */
  readonly channelId: ChannelId;
  readonly profilePicture: string | undefined;
}

export interface LivestreamFilterV1 {
  /** At most 50. */
  readonly broadcasterUserIds?: readonly UserId[];
  readonly categoryId?: number;
  readonly language?: string;
  /** 1 to 100; 25 where it is not said. */
  readonly limit?: number;
  readonly sort?: 'viewer_count' | 'started_at';
}

const Livestreams = listOf(
  z
    .object({
      id: z.string(),
      title: text,
      thumbnail: optionalText,
      started_at: moment,
      viewer_count: count,
      language_code: text,
      tags: texts,
      has_mature_content: flag,
      broadcaster_user: z.object({ id: z.number(), username: z.string(), profile_picture: optionalText }),
      category: optionalCategory,
      channel: z.object({ slug: z.string() }),
    })
    .transform(
      ({ broadcaster_user: { id, username, profile_picture }, ...stream }): Livestream => ({
        id: stream.id,
        slug: stream.channel.slug,
        broadcaster: { id: userId(id), username, profilePicture: profile_picture },
        title: stream.title,
        category: stream.category,
        language: stream.language_code,
        tags: stream.tags,
        isMature: stream.has_mature_content,
        viewerCount: stream.viewer_count,
        thumbnail: stream.thumbnail,
        startedAt: stream.started_at,
      }),
    ),
);

const LivestreamsV1 = listOf(
  z
    .object({
      broadcaster_user_id: z.number(),
      channel_id: z.number(),
      slug: z.string(),
      stream_title: text,
      language: text,
      has_mature_content: flag,
      viewer_count: count,
      thumbnail: optionalText,
      profile_picture: optionalText,
      started_at: moment,
      category: optionalCategory,
      custom_tags: texts,
    })
    .transform(
      (stream): LivestreamV1 => ({
        broadcasterUserId: userId(stream.broadcaster_user_id),
        channelId: channelId(stream.channel_id),
        slug: stream.slug,
        profilePicture: stream.profile_picture,
        title: stream.stream_title,
        category: stream.category,
        language: stream.language,
        tags: stream.custom_tags,
        isMature: stream.has_mature_content,
        viewerCount: stream.viewer_count,
        thumbnail: stream.thumbnail,
        startedAt: stream.started_at,
      }),
    ),
);

const Stats = z.object({ total_count: z.number() });

/** Who is live (https://docs.kick.com/apis/livestreams). Any token will do. */
export class KickLivestreams {
  constructor(private readonly api: AuthorizedHttp) {}

  /** Everyone who is live, or passes the filter; the oldest stream first. */
  list({ categoryIds, languages, pageSize, cursor: first }: LivestreamFilter = {}): PagedList<Livestream> {
    checkCount('categoryIds', categoryIds, { minimum: 0, maximum: 25 });
    checkCount('languages', languages, { minimum: 0, maximum: 25 });
    checkNumber('pageSize', pageSize, { minimum: 1, maximum: 1000 });
    return new PagedList(async (cursor) => {
      const query = { category_id: categoryIds, language_code: languages, limit: pageSize, cursor };
      const answer = await this.api.call({ method: 'GET', path: '/public/v2/livestreams', query });
      return pageOf(answer, Livestreams);
    }, first);
  }

  /** The streams of these people, at most 100; who is not live is missing from the result. */
  async byUserIds(ids: readonly UserId[]): Promise<readonly Livestream[]> {
    checkCount('ids', ids, { minimum: 0, maximum: 100 });
    if (ids.length === 0) return [];
    const query = { user_id: ids };
    return dataOf(
      await this.api.call({ method: 'GET', path: '/public/v1/users/livestreams', query }),
      Livestreams,
    );
  }

  async stats(): Promise<{ readonly totalCount: number }> {
    const answer = await this.api.call({ method: 'GET', path: '/public/v1/livestreams/stats' });
    return { totalCount: dataOf(answer, Stats).total_count };
  }

  /**
   * The first version of `list`, which has no pages.
   *
   * @deprecated since 2026-06-23: use `list`, or `byUserIds` for certain broadcasters.
   */
  async listV1(filter: LivestreamFilterV1 = {}): Promise<readonly LivestreamV1[]> {
    const { broadcasterUserIds, categoryId, language, limit, sort } = filter;
    checkCount('broadcasterUserIds', broadcasterUserIds, { minimum: 0, maximum: 50 });
    checkNumber('limit', limit, { minimum: 1, maximum: 100 });
    const query = {
      broadcaster_user_id: broadcasterUserIds,
      category_id: categoryId,
      language,
      limit,
      sort,
    };
    return dataOf(
      await this.api.call({ method: 'GET', path: '/public/v1/livestreams', query }),
      LivestreamsV1,
    );
  }
}
