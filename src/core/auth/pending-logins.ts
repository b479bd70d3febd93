import { createHash, timingSafeEqual } from 'node:crypto';
import { Clock } from '../primitives/clock.js';
import type { AccountKind } from './account-store.js';
import type { Authorization } from './kick-oauth.js';

/** A login somebody was sent to Kick for. */
export interface PendingLogin {
  readonly authorization: Authorization;
  readonly kind: AccountKind;
  readonly identifier: string;
}

interface Entry {
  readonly login: PendingLogin;
  readonly state: Buffer;
  readonly startedBy: Buffer;
  readonly until: number;
  used: boolean;
}

const lifetimeMs = 10 * 60_000;
const most = 32;

/**
 * The logins that wait for their callback, for 10 minutes each and at most 32, of which the oldest gives way.
 * A state finds its login once, and only together with the session that began it.
 */
export class PendingLogins {
  #entries: Entry[] = [];

  constructor(private readonly clock: Clock) {}

  /** `startedBy` is what the beginner's browser alone can show again. */
  add(login: PendingLogin, startedBy: string): void {
    this.#entries = [
      ...this.#live().slice(1 - most),
      {
        login,
        state: digest(login.authorization.state.reveal()),
        startedBy: digest(startedBy),
        until: this.clock.monotonic() + lifetimeMs,
        used: false,
      },
    ];
  }

  /** The login of this state. Nothing is used up by a state or a browser that is not the right one. */
  find(state: string, browser: string): 'unknown' | 'used' | 'other browser' | { take(): PendingLogin } {
    // Digests, compared in constant time: how much of a guess was right must not show.
    const entry = this.#live().find((other) => timingSafeEqual(other.state, digest(state)));
    if (entry === undefined) return 'unknown';
    if (entry.used) return 'used';
    if (!timingSafeEqual(entry.startedBy, digest(browser))) return 'other browser';
    return {
      take() {
        entry.used = true;
        return entry.login;
      },
    };
  }

  #live(): Entry[] {
    const now = this.clock.monotonic();
    return this.#entries.filter(({ until }) => now < until);
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest();
