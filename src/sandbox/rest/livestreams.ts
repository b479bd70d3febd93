import { Hono } from 'hono';
import { z } from 'zod';
import type { SandboxEnvironment } from '../http/environment.js';
import type { Tokens } from '../oauth/tokens.js';
import type { Channel, Livestream } from '../world/state.js';
import type { World } from '../world/world.js';
import { anyToken } from './access.js';
import { publicCategory } from './categories.js';
import { pageOf } from './pages.js';
import { integer, once, readQuery, repeated, upTo } from './query.js';
import { invalidRequest, ok, okPage } from './replies.js';

const list = {
  category_id: repeated(integer, 25),
  language_code: repeated(z.string().min(1), 25),
  limit: once(upTo(1000, 25)),
  cursor: once(z.string().optional()),
};

const oldList = {
  broadcaster_user_id: repeated(integer, 50),
  category_id: once(integer.optional()),
  language: once(z.string().optional()),
  limit: once(upTo(100, 25)),
  sort: once(z.enum(['viewer_count', 'started_at']).optional()),
};

const ofUsers = { user_id: repeated(integer, 100).min(1) };

/** `GET /public/v2/livestreams`, those of named users, how many there are, and the deprecated list. */
export function livestreamRoutes({ world, tokens }: { world: World; tokens: Tokens }) {
  const routes = new Hono<SandboxEnvironment>();

  routes.get('/v2/livestreams', anyToken(tokens), (c) => {
    const query = readQuery(c, list);
    if (!query) return invalidRequest(c);
    const fits = ({ channel }: Live) =>
      isAmong(query.category_id, channel.category.id) && isAmong(query.language_code, channel.language);
    const page = pageOf(liveNow(world).filter(fits), { ...query, key: ({ stream }) => stream.id });
    return page ? okPage(c, page.items.map(publicLivestream), page.next) : invalidRequest(c);
  });

  routes.get('/v1/users/livestreams', anyToken(tokens), (c) => {
    const query = readQuery(c, ofUsers);
    if (!query) return invalidRequest(c);
    const found = liveNow(world).filter(({ channel }) => query.user_id.includes(channel.broadcaster.id));
    return ok(c, found.map(publicLivestream));
  });

  routes.get('/v1/livestreams/stats', anyToken(tokens), (c) => ok(c, { total_count: liveNow(world).length }));

  routes.get('/v1/livestreams', anyToken(tokens), (c) => {
    const query = readQuery(c, oldList);
    if (!query) return invalidRequest(c);
    const found = liveNow(world).filter(
      ({ channel }) =>
        isAmong(query.broadcaster_user_id, channel.broadcaster.id) &&
        (query.category_id ?? channel.category.id) === channel.category.id &&
        (query.language ?? channel.language) === channel.language,
    );
    if (query.sort === 'viewer_count') found.sort((one, other) => other.stream.viewers - one.stream.viewers);
    if (query.sort === 'started_at') found.reverse();
    return ok(c, found.slice(0, query.limit).map(oldLivestream));
  });

  return routes;
}

interface Live {
  readonly channel: Channel;
  readonly stream: Livestream;
}

/** Who is live, longest first. */
function liveNow(world: World): Live[] {
  return world.channels
    .flatMap((channel) => (channel.livestream ? { channel, stream: channel.livestream } : []))
    .sort((one, other) => one.stream.id - other.stream.id);
}

function isAmong<Value>(wanted: readonly Value[], value: Value): boolean {
  return wanted.length === 0 || wanted.includes(value);
}

function publicLivestream({ channel, stream }: Live) {
  const { broadcaster } = channel;
  return {
    id: stream.uuid,
    title: channel.title,
    thumbnail: '',
    started_at: new Date(stream.startedAt).toISOString(),
    viewer_count: stream.viewers,
    language_code: channel.language,
    tags: channel.tags,
    has_mature_content: false,
    broadcaster_user: {
      id: broadcaster.id,
      username: broadcaster.username,
      profile_picture: broadcaster.profilePicture,
    },
    category: publicCategory(channel.category),
    channel: { slug: channel.slug },
  };
}

/** The one place where the public API tells a channel's own id. */
function oldLivestream({ channel, stream }: Live) {
  return {
    broadcaster_user_id: channel.broadcaster.id,
    channel_id: channel.id,
    slug: channel.slug,
    stream_title: channel.title,
    language: channel.language,
    has_mature_content: false,
    viewer_count: stream.viewers,
    thumbnail: '',
    profile_picture: channel.broadcaster.profilePicture,
    started_at: new Date(stream.startedAt).toISOString(),
    category: publicCategory(channel.category),
    custom_tags: channel.tags,
  };
}
