import type { Account } from './auth/account-store.js';
import { type Scope, scopeHolder } from './config/scopes.js';
import type { Channel } from './events/kick-event.js';
import type { Grants } from './grants.js';
import type { KickApi } from './kick/kick-api.js';
import { KickbotError } from './primitives/error.js';
import type { Speakers } from './speakers.js';

export interface ChannelAccountsParts {
  readonly speakers: Pick<Speakers, 'kickFor'>;
  readonly grants: Grants;
  /** All that were logged in when the bot started. */
  readonly accounts: readonly Account[];
  readonly kickAs: (accountId: string) => KickApi;
  /** For what needs nobody's leave. */
  readonly anybody: KickApi | undefined;
}

/** As whom plugins call Kick's API. */
export class ChannelAccounts {
  constructor(private readonly parts: ChannelAccountsParts) {}

  /** Whoever may do in that channel what the scope opens. Throws `auth.no_account` and `auth.scope_missing`. */
  kickFor(channel: Channel, scope: Scope | undefined): KickApi {
    const { speakers, anybody } = this.parts;
    if (scope !== undefined) {
      return scopeHolder(scope) === 'bot'
        ? speakers.kickFor(channel, scope)
        : this.#broadcaster(channel, scope);
    }
    if (anybody !== undefined) return anybody;
    throw new KickbotError(
      'auth.no_account',
      "Kick answers nobody without a login: set kick.clientSecret, or run 'kickbot login', and start again.",
    );
  }

  #broadcaster({ slug, broadcasterUserId }: Channel, scope: Scope): KickApi {
    const { accounts, grants, kickAs } = this.parts;
    const ofChannels = accounts.filter(({ kind }) => kind === 'channel');
    const account =
      ofChannels.find(({ user }) => user?.userId === broadcasterUserId) ??
      // Nobody has asked Kick yet who that is, and its owner named it like the channel.
      ofChannels.find(({ user, identifier }) => user === undefined && identifier === slug);
    if (account === undefined) {
      throw new KickbotError(
        'auth.no_account',
        `Only the broadcaster of ${slug} may do what ${scope} opens, and is not logged in. Run 'kickbot login --type channel --account ${slug}' and start again.`,
      );
    }
    const problem = grants.problemOf(account, scope);
    if (problem !== undefined) throw new KickbotError('auth.scope_missing', problem);
    return kickAs(account.id);
  }
}
