import type { KickUser } from '../events/kick-event.js';
import type { KickApi } from '../kick/kick-api.js';
import { KickApiError } from '../kick/kick-api-error.js';
import type { User } from '../kick/users.js';
import type { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { type UserId, userId } from '../primitives/ids.js';
import type { Logger } from '../telemetry/logger.js';

/** Somebody there is on Kick. */
export interface FoundUser extends KickUser {
  readonly id: UserId;
}

export interface UserDirectoryOptions {
  /** Whom to ask; without it only those who wrote are known. */
  readonly kick: Pick<KickApi, 'users' | 'channels'> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Entry {
  readonly user: FoundUser | undefined;
  /** By the monotonic clock. Names change hands now and then. */
  readonly until: number;
}

const knownForMs = 3_600_000;
const unknownForMs = 60_000;
const maximumEntries = 20_000;
/** Kick tells no limit for its API, and anybody in a chat may have names looked up. */
const questionsPerMinute = 60;
/** So that no single person leaves none to the others. */
const questionsOfOnePerMinute = 20;

/** Finds people by what is typed of them: from who wrote lately, otherwise by asking Kick. */
export class UserDirectory {
  readonly #kick: UserDirectoryOptions['kick'];
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** By id, and by name in lower case. */
  readonly #entries = new Map<UserId | string, Entry>();
  readonly #asking = new Map<UserId | string, Promise<FoundUser | undefined>>();
  #minuteEnds = 0;
  #questions = 0;
  readonly #questionsBy = new Map<UserId, number>();
  #isFailing = false;

  constructor({ kick, clock, logger }: UserDirectoryOptions) {
    this.#kick = kick;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Somebody wrote. */
  see({ id, username }: FoundUser): void {
    const known = this.#entries.get(id);
    const now = this.#clock.monotonic();
    // Most who write wrote a moment ago: nothing is allocated for them.
    if (known?.user?.username === username && known.until > now + knownForMs / 2) return;
    this.#learn({ id, username });
  }

  /**
   * Who is meant by `@name`, `name` or the number of an id; undefined when there is nobody. A promise only where
   * Kick has to be asked; it rejects with `user.lookup_failed` when Kick cannot tell, which has been logged then,
   * and with `user.too_many_lookups` when the asker wants more than 20 answers of Kick's in a minute.
   */
  find(typed: string, asker: UserId): FoundUser | undefined | Promise<FoundUser | undefined> {
    const key = /^\d{1,15}$/.test(typed) ? userId(Number(typed)) : typed.replace(/^@/, '').toLowerCase();
    const known = this.#known(key);
    if (known !== undefined) return known.user;
    let answer = this.#asking.get(key);
    if (answer === undefined) {
      answer = this.#ask(key, asker).finally(() => this.#asking.delete(key));
      this.#asking.set(key, answer);
    }
    return answer;
  }

  async #ask(key: UserId | string, asker: UserId): Promise<FoundUser | undefined> {
    this.#beginMinute();
    if ((this.#questionsBy.get(asker) ?? 0) >= questionsOfOnePerMinute) {
      throw tooMany(`people were to be looked up within a minute for user ${asker}`, questionsOfOnePerMinute);
    }
    try {
      const user = await this.#question(key, asker);
      const wrote = this.#known(key)?.user;
      if (user === undefined && wrote !== undefined) return wrote;
      if (user === undefined) this.#remember(key, undefined, unknownForMs);
      else this.#learn({ id: user.id, username: user.username });
      if (this.#isFailing) this.#logger.info('People can be looked up on Kick again.');
      this.#isFailing = false;
      return user && { id: user.id, username: user.username };
    } catch (cause) {
      if (!this.#isFailing) {
        this.#logger.warn(
          `People who did not write lately cannot be looked up, and commands that name one say so: ${messageOf(cause)}`,
        );
      }
      this.#isFailing = true;
      throw new KickbotError('user.lookup_failed', messageOf(cause), { cause });
    }
  }

  async #question(key: UserId | string, asker: UserId): Promise<User | undefined> {
    if (this.#kick === undefined) {
      throw new KickbotError(
        'auth.no_account',
        "No account is logged in that could ask Kick. Run 'kickbot login', or set kick.clientSecret.",
      );
    }
    this.#count(asker);
    const { users, channels } = this.#kick;
    if (typeof key !== 'string') return (await users.byIds([key]).catch(nobody)).find(({ id }) => id === key);
    // A slug has mostly hyphens for underscores, and cannot be told from the name.
    const owners = await channels.bySlugs([...new Set([key.replaceAll('_', '-'), key])]);
    const found = await users.byIds(owners.map(({ broadcasterUserId }) => broadcasterUserId));
    return found.find(({ username }) => username.toLowerCase() === key);
  }

  #beginMinute(): void {
    const now = this.#clock.monotonic();
    if (now < this.#minuteEnds) return;
    this.#minuteEnds = now + 60_000;
    this.#questions = 0;
    this.#questionsBy.clear();
  }

  #count(asker: UserId): void {
    if (this.#questions >= questionsPerMinute) {
      throw tooMany('people were to be looked up within a minute', questionsPerMinute);
    }
    this.#questions++;
    this.#questionsBy.set(asker, (this.#questionsBy.get(asker) ?? 0) + 1);
  }

  #known(key: UserId | string): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.until > this.#clock.monotonic() ? entry : undefined;
  }

  #learn(user: FoundUser): void {
    this.#remember(user.id, user, knownForMs);
    this.#remember(user.username.toLowerCase(), user, knownForMs);
  }

  #remember(key: UserId | string, user: FoundUser | undefined, forMs: number): void {
    this.#entries.delete(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < maximumEntries) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, { user, until: this.#clock.monotonic() + forMs });
  }
}

function tooMany(what: string, maximum: number): KickbotError {
  return new KickbotError(
    'user.too_many_lookups',
    `More than ${maximum} ${what}. Give the commands that name people a cooldown.`,
  );
}

/** To Kick an id that cannot be one is a wrong request. */
function nobody(error: unknown): readonly User[] {
  if (error instanceof KickApiError && error.status === 400) return [];
  throw error;
}
