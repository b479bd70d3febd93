import { KickbotError } from '../primitives/error.js';
import type { Secret } from '../primitives/secret.js';
import { AccountTokens, type AccountTokensParts } from './account-tokens.js';
import type { KickOAuth } from './kick-oauth.js';
import { RefreshPace } from './refresh-pace.js';

/** What `AccountTokens` needs, with a login server that gives the app its own tokens. */
export type AppTokensParts = Omit<AccountTokensParts, 'oauth' | 'pace'> & {
  readonly oauth: Pick<KickOAuth, 'appToken'>;
};

/**
 * The app's own tokens (RFC 6749 §4.4), for what Kick tells without a person's leave: fetched on first use, stored
 * as purpose `app`, and fetched anew ahead of their end or when Kick refuses one. A `TokenSource`.
 */
export class AppTokens {
  readonly #tokens: AccountTokens;
  #first: Promise<void> | undefined;

  constructor(
    private readonly id: string,
    private readonly given: AppTokensParts,
  ) {
    const { oauth, ...rest } = given;
    this.#tokens = new AccountTokens(id, {
      ...rest,
      oauth: { refresh: () => oauth.appToken() },
      pace: new RefreshPace(given.clock),
    });
  }

  /** Throws `config.client_missing` without `kick.clientSecret`, and why Kick gave none. */
  accessToken(): Promise<Secret> {
    return this.#ask(() => this.#tokens.accessToken());
  }

  /** A token other than `stale`, which Kick refused. */
  replaceRefused(stale: Secret): Promise<Secret> {
    return this.#ask(() => this.#tokens.replaceRefused(stale));
  }

  /** Ends the timer and waits until a token on its way is on the disk. */
  async stop(): Promise<void> {
    await this.#first?.catch(() => undefined);
    await this.#tokens.stop();
  }

  /** An app does not log in: where Kick did not refuse it, its token is gone from the database, and fetched anew. */
  async #ask(question: () => Promise<Secret>): Promise<Secret> {
    await this.#fetchFirst();
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof KickbotError) || error.code !== 'auth.login_needed') throw error;
      if (error.cause !== undefined) throw error.cause;
      this.#first = undefined;
      await this.#fetchFirst();
      return this.#tokens.accessToken();
    }
  }

  /** Sees to it that there is a token to renew, once for all callers. */
  #fetchFirst(): Promise<void> {
    this.#first ??= this.#fetch().catch((error: unknown) => {
      this.#first = undefined;
      throw error;
    });
    return this.#first;
  }

  async #fetch(): Promise<void> {
    const { oauth, store } = this.given;
    try {
      if ((await store.read(this.id)) !== undefined) return;
    } catch (error) {
      if (!(error instanceof KickbotError)) throw error;
      // Nothing is lost with a token that cannot be opened: Kick gives another one for the asking.
      await store.remove(this.id);
    }
    // Where another process was faster, its token is the one that is used.
    await store.write(this.id, await oauth.appToken(), { replaces: 0 });
  }
}
