import { AuthorizedHttp } from './authorized-http.js';
import { KickChannels } from './channels.js';
import { KickChat } from './chat.js';
import type { HttpClient } from './http-client.js';
import { KickModeration } from './moderation.js';
import type { TokenSource } from './token-source.js';
import { KickUsers } from './users.js';

export interface KickApiOptions {
  /** `https://api.kick.com`. */
  apiUrl: string;
  /** Whose tokens the calls are made with. */
  tokens: TokenSource;
  /** Shared by all accounts. */
  http: HttpClient;
}

/**
 * Kick's official REST API as one account.
 *
 * Everything rejects with a `KickApiError`, or with what the token source throws (`auth.login_needed`).
 *
 * @example
 * const kick = new KickApi({ apiUrl: 'https://api.kick.com', tokens, http });
 * const { id } = await kick.users.me();
 */
export class KickApi {
  readonly users: KickUsers;
  readonly channels: KickChannels;
  readonly chat: KickChat;
  readonly moderation: KickModeration;

  constructor(options: KickApiOptions) {
    const api = new AuthorizedHttp(options);
    this.users = new KickUsers(api);
    this.channels = new KickChannels(api);
    this.chat = new KickChat(api);
    this.moderation = new KickModeration(api);
  }
}
