import { type Cancel, Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { Random } from '../primitives/random.js';
import { Secret } from '../primitives/secret.js';
import { Logger } from '../telemetry/logger.js';
import { isTemporary, UnusableTokensError } from './auth-error.js';
import { KickOAuth } from './kick-oauth.js';
import { RefreshPace } from './refresh-pace.js';
import { RefreshTokenAge } from './refresh-token-age.js';
import type { TokenSet } from './token-set.js';
import { type StoredTokens, TokenStore } from './token-store.js';

/** What every account's tokens are given. */
export interface AccountTokensParts {
  readonly oauth: Pick<KickOAuth, 'refresh'>;
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** This process, as leases name it. */
  readonly holder: string;
  /** Of all accounts together. */
  readonly pace: RefreshPace;
}

/** Longer than a refresh can take, so that nobody else begins one meanwhile. */
const leaseMs = 30_000;
const leaseLookMs = 100;
const longestBackOffMs = 300_000;
/** Tokens nobody uses are refreshed as well: Kick lets refresh tokens die that rest for weeks (KickDevDocs #359). */
const dayMs = 24 * 3600 * 1000;
/** A token that replaced a refused one and is refused within this time: refreshing does not help. */
const refusedAgainMs = 30_000;

interface Held extends StoredTokens {
  /** Monotonic times: when to refresh, and until when the access token is handed out. */
  readonly refreshAt: number;
  readonly usableUntil: number;
}

/**
 * One account's tokens: handed out while they live, refreshed at a random point in the last 10 to 20 % of their
 * life, once for all callers in all processes on one database, and on the disk before anybody gets them.
 */
export class AccountTokens {
  #held: Held | undefined;
  #refreshing: Promise<void> | undefined;
  /** Why no refresh is tried any more, until other tokens are stored. */
  #stopped: KickbotError | undefined;
  #backOff: { readonly failures: number; readonly until: number; readonly error: KickbotError } | undefined;
  /** Why these tokens could not be written yet: memory holds the only copy. */
  #unsaved: KickbotError | undefined;
  #replacedRefusedAt = Number.NEGATIVE_INFINITY;
  #cancelTimer: Cancel = () => {};
  readonly #closing = new AbortController();
  readonly #age: RefreshTokenAge;

  constructor(
    readonly accountId: string,
    private readonly given: AccountTokensParts,
  ) {
    this.#age = new RefreshTokenAge(accountId, given.clock, given.logger);
  }

  /**
   * An access token that is valid now. Throws `auth.login_needed`, or why the last refresh failed when the token
   * has ended meanwhile.
   */
  async accessToken(): Promise<Secret> {
    const held = await this.#current();
    const now = this.given.clock.monotonic();
    if (now < held.refreshAt) return held.tokens.accessToken;
    const refresh = this.#refresh();
    if (now < held.usableUntil) {
      // It still serves; whoever needs the next one is told of a failure, and the log already was.
      refresh.catch(() => undefined);
      return held.tokens.accessToken;
    }
    await refresh;
    return (await this.#current()).tokens.accessToken;
  }

  /** A token other than `stale`, which Kick refused: 401 beats the clock. Parallel callers cause one refresh. */
  async replaceRefused(stale: Secret): Promise<Secret> {
    const isStale = (held: Held) => held.tokens.accessToken.reveal() === stale.reveal();
    const { clock } = this.given;
    if (!isStale(await this.#current())) return this.accessToken();
    if (clock.monotonic() - this.#replacedRefusedAt < refusedAgainMs) {
      throw new KickbotError(
        'auth.token_refused',
        `Kick refuses the access token it has just issued to ${this.accountId}: log in again with the scopes that this call needs.`,
      );
    }
    await this.#refresh();
    const held = await this.#current();
    if (isStale(held)) throw this.#stopped ?? this.#loginNeeded();
    this.#replacedRefusedAt = clock.monotonic();
    return held.tokens.accessToken;
  }

  /** When the present access token ends, by the wall clock in milliseconds; undefined where there is none. */
  get expiresAt(): number | undefined {
    const tokens = this.#held?.tokens;
    return tokens && tokens.receivedAt + tokens.expiresIn * 1000;
  }

  /** Why the last tokens could not be refreshed or stored; undefined when all is well. */
  get problem(): KickbotError | undefined {
    return this.#stopped ?? this.#unsaved ?? this.#backOff?.error;
  }

  /** Reads the stored tokens and begins to refresh them ahead of their end. */
  async load(): Promise<void> {
    const stored = await this.given.store.read(this.accountId);
    if (stored !== undefined) this.hold(stored);
  }

  /** Uses these stored tokens from now on. */
  hold(stored: StoredTokens): void {
    const { clock, random } = this.given;
    const lifeMs = stored.tokens.expiresIn * 1000;
    const remainingMs = Math.min(lifeMs, Math.max(0, stored.tokens.receivedAt + lifeMs - clock.now()));
    const end = clock.monotonic() + remainingMs;
    this.#held = {
      ...stored,
      refreshAt: end - lifeMs * (0.1 + 0.1 * random.fraction()),
      usableUntil: end - Math.min(30_000, lifeMs * 0.05),
    };
    this.#stopped = undefined;
    this.#backOff = undefined;
    this.#unsaved = undefined;
    this.#replacedRefusedAt = Number.NEGATIVE_INFINITY;
    this.#age.check(stored.tokens);
    this.#wakeIn(Math.min(dayMs, this.#held.refreshAt - clock.monotonic()));
  }

  /** Forgets the tokens in memory; the stored ones are the caller's. */
  forget(): void {
    this.#cancelTimer();
    this.#held = undefined;
  }

  /** Ends the timer and waits until a refresh on its way is on the disk. */
  async stop(): Promise<void> {
    this.#closing.abort(new KickbotError('auth.stopped', 'The bot is stopping.'));
    this.#cancelTimer();
    await this.#refreshing?.catch(() => undefined);
    await this.#saveAgain();
  }

  async #current(): Promise<Held> {
    // After a failure for good another process may have logged in again: its tokens are taken over.
    if (this.#held === undefined || this.#stopped !== undefined) await this.#adoptOther();
    if (this.#held === undefined) throw this.#stopped ?? this.#loginNeeded();
    return this.#held;
  }

  /** Holds what is stored when it is not what is held. */
  async #adoptOther(): Promise<boolean> {
    const stored = await this.given.store.read(this.accountId);
    if (stored === undefined || (this.#held !== undefined && this.#isNoNews(stored, this.#held)))
      return false;
    this.hold(stored);
    return true;
  }

  /** Of the same version are what is held and, while that could not be written, what it is to replace. */
  #isNoNews(stored: StoredTokens, held: StoredTokens): boolean {
    const { accessToken } = held.tokens;
    return (
      stored.version === held.version &&
      (this.#unsaved !== undefined || stored.tokens.accessToken.reveal() === accessToken.reveal())
    );
  }

  #refresh(): Promise<void> {
    if (this.#refreshing !== undefined) return this.#refreshing;
    // Kick would give new tokens to a process that can no longer store them.
    if (this.#closing.signal.aborted) return Promise.reject(this.#closing.signal.reason);
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    if (this.#backOff !== undefined && this.given.clock.monotonic() < this.#backOff.until) {
      return Promise.reject(this.#backOff.error);
    }
    this.#refreshing = this.#refreshOnce()
      .catch((error: unknown) => {
        throw this.#failed(error);
      })
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  async #refreshOnce(): Promise<void> {
    const { oauth, store, holder } = this.given;
    await this.#saveAgain();
    if (this.#unsaved === undefined && !(await this.#takeLease())) return;
    const held = this.#held;
    if (held === undefined) throw this.#loginNeeded();
    let fresh: TokenSet;
    try {
      fresh = await oauth.refresh(held.tokens);
    } catch (error) {
      if (error instanceof UnusableTokensError) {
        const backOff = this.#backOff;
        await this.#keep({ ...held.tokens, refreshToken: error.rotated }, held.version);
        this.#backOff = backOff;
      } else {
        await store.release(this.accountId, holder);
      }
      // The other process may have spent the refresh token first, and stored what it got.
      if (
        error instanceof KickbotError &&
        error.code === 'auth.invalid_grant' &&
        (await this.#adoptOther())
      ) {
        return;
      }
      throw error;
    }
    await this.#keep(fresh, held.version);
  }

  /** True: this process alone may refresh what is held now. False: another one has just done it. */
  async #takeLease(): Promise<boolean> {
    const { store, clock, random, holder } = this.given;
    for (;;) {
      if ((await this.#adoptOther()) && this.#isFresh()) return false;
      if (this.#held === undefined) throw this.#loginNeeded();
      const lease = { holder, now: clock.now(), lengthMs: leaseMs };
      if (await store.lease(this.accountId, this.#held.version, lease)) return true;
      if ((await store.read(this.accountId)) === undefined) this.forget();
      else await clock.sleep(leaseLookMs * (0.5 + random.fraction()), this.#closing.signal);
    }
  }

  #isFresh(): boolean {
    return this.#held !== undefined && this.given.clock.monotonic() < this.#held.refreshAt;
  }

  /** Writes the tokens, then uses them. Those that cannot be written are used all the same, and written later. */
  async #keep(tokens: TokenSet, replaces: number): Promise<void> {
    const { store, logger } = this.given;
    try {
      const version = await store.write(this.accountId, tokens, { replaces });
      if (version !== undefined) this.hold({ tokens, version });
      else await this.#adoptOther();
    } catch (error) {
      const unsaved = new KickbotError(
        'auth.not_stored',
        `The new tokens of ${this.accountId} could not be stored (${messageOf(error)}): make room on the disk and check the rights on the database; a login is needed if the bot stops before.`,
        { cause: error },
      );
      logger.error(unsaved.message, { code: unsaved.code });
      this.hold({ tokens, version: replaces });
      this.#unsaved = unsaved;
      this.#wakeIn(this.given.random.fraction() * longestBackOffMs);
    }
  }

  async #saveAgain(): Promise<void> {
    if (this.#unsaved !== undefined && this.#held !== undefined)
      await this.#keep(this.#held.tokens, this.#held.version);
  }

  #failed(thrown: unknown): KickbotError {
    const { clock, random, logger } = this.given;
    const error =
      thrown instanceof KickbotError
        ? thrown
        : new KickbotError(
            'auth.refresh_failed',
            `The tokens of ${this.accountId} could not be refreshed (${messageOf(thrown)}); it is tried again.`,
            { cause: thrown },
          );
    if (this.#closing.signal.aborted) return error;
    if (error.code === 'auth.refresh_failed' || isTemporary(error)) {
      const failures = (this.#backOff?.failures ?? 0) + 1;
      const delayMs = random.fraction() * Math.min(longestBackOffMs, 1000 * 2 ** (failures - 1));
      this.#backOff = { failures, until: clock.monotonic() + delayMs, error };
      this.#wakeIn(delayMs);
      logger.warn(`${error.message} (${this.accountId})`, { code: error.code, failures });
      if (this.#held !== undefined) this.#age.check(this.#held.tokens);
      return error;
    }
    this.#stopped = error.code === 'auth.invalid_grant' ? this.#loginNeeded(error) : error;
    if (this.#unsaved === undefined) this.#cancelTimer();
    logger.error(this.#stopped.message, { code: this.#stopped.code });
    return this.#stopped;
  }

  #wakeIn(delayMs: number): void {
    this.#cancelTimer();
    if (this.#closing.signal.aborted) return;
    const { clock, pace } = this.given;
    this.#cancelTimer = clock.schedule(Math.max(0, delayMs), () => {
      if (this.#unsaved !== undefined) return this.#inBackground(() => this.#saveAgain());
      this.#cancelTimer = clock.schedule(pace.take(), () => this.#inBackground(() => this.#refresh()));
    });
  }

  /** What goes wrong was logged, and is told to whoever asks for a token. */
  #inBackground(work: () => Promise<void>): void {
    work().catch(() => undefined);
  }

  #loginNeeded(cause?: KickbotError): KickbotError {
    const [kind, identifier] = this.accountId.split(':');
    return new KickbotError(
      'auth.login_needed',
      `The account ${this.accountId} needs a login: run \`kickbot login --type ${kind} --account ${identifier}\`.`,
      { cause },
    );
  }
}
