import { AuthorizedHttp } from './authorized-http.js';
import { KickCategories } from './categories.js';
import { KickChannels } from './channels.js';
import { type KickChat, PublicChat } from './chat.js';
import { KickDrops } from './drops.js';
import { KickEventSubscriptions } from './event-subscriptions.js';
import type { HttpClient } from './http-client.js';
import { KickKicks } from './kicks.js';
import { KickLivestreams } from './livestreams.js';
import { type KickModeration, PublicModeration } from './moderation.js';
import { KickPublicKey } from './public-key.js';
import { KickRewards } from './rewards.js';
import type { TokenSource } from './token-source.js';
import { KickTokens } from './tokens.js';
import { KickUsers } from './users.js';
import { type FindWebsiteChannel, WebsiteChat, WebsiteModeration } from './website.js';

export interface KickApiOptions {
  /** `https://api.kick.com`. */
  apiUrl: string;
  /** `https://id.kick.com`. */
  authUrl: string;
  /** Whose tokens the calls are made with. */
  tokens: TokenSource;
  /** Shared by all accounts. */
  http: HttpClient;
  /** Chats and moderates through the endpoints of `https://kick.com` instead. */
  website?: { url: string; channelOf: FindWebsiteChannel } | undefined;
}

/**
 * Kick's official REST API as one account.
 *
 * Everything rejects with a `KickApiError`, or with what the token source throws (`auth.login_needed`). What Kick
 * would not take is a `LimitError` before anything is sent.
 *
 * @example
 * const { id } = await kick.users.me();
 * for await (const stream of kick.livestreams.list({ languages: ['en'] })) console.log(stream.slug);
 */
export class KickApi {
  readonly users: KickUsers;
  readonly channels: KickChannels;
  readonly chat: KickChat;
  readonly moderation: KickModeration;
  readonly rewards: KickRewards;
  readonly livestreams: KickLivestreams;
  readonly categories: KickCategories;
  readonly eventSubscriptions: KickEventSubscriptions;
  readonly publicKey: KickPublicKey;
  readonly kicks: KickKicks;
  readonly drops: KickDrops;
  readonly tokens: KickTokens;

  constructor({ apiUrl, authUrl, tokens, http, website }: KickApiOptions) {
    const api = new AuthorizedHttp({ apiUrl, tokens, http });
    this.users = new KickUsers(api);
    this.channels = new KickChannels(api);
    this.chat = new PublicChat(api);
    this.moderation = new PublicModeration(api);
    this.rewards = new KickRewards(api);
    this.livestreams = new KickLivestreams(api);
    this.categories = new KickCategories(api);
    this.eventSubscriptions = new KickEventSubscriptions(api);
    this.publicKey = new KickPublicKey({ apiUrl, http });
    this.kicks = new KickKicks(api);
    this.drops = new KickDrops(api);
    this.tokens = new KickTokens(new AuthorizedHttp({ apiUrl: authUrl, tokens, http }), api);
    if (website !== undefined) {
      const site = new AuthorizedHttp({ apiUrl: website.url, tokens, http });
      this.chat = new WebsiteChat(site, website.channelOf);
      this.moderation = new WebsiteModeration(site, website.channelOf, this.moderation);
    }
  }
}
