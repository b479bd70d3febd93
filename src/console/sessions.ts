import { createHash } from 'node:crypto';
import type { Clock } from '../core/primitives/clock.js';
import type { Random } from '../core/primitives/random.js';
import type { PasswordHash } from '../core/server/operator-password.js';

/** What the next page tells its reader once: the outcome of what they did. */
export interface Notice {
  readonly kind: 'done' | 'problem';
  readonly title: string;
  readonly lines: readonly string[];
}

/** A browser that signed in. */
export interface Session {
  /** What its cookie holds. */
  readonly id: string;
  /** What its forms hold. */
  readonly csrfToken: string;
  notice?: Notice | undefined;
}

interface Entry {
  readonly session: Session;
  readonly signedInWith: PasswordHash;
  readonly until: number;
}

const lifetimeMs = 12 * 3600_000;
const most = 50;

/** Who is signed in: for 12 hours, until the password changes, at most 50, of which the oldest gives way. */
export class Sessions {
  /** By the digest of the cookie, so that looking one up tells nothing about the others. */
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  begin(signedInWith: PasswordHash): Session {
    const session: Session = { id: this.#unguessable(), csrfToken: this.#unguessable() };
    const until = this.clock.monotonic() + lifetimeMs;
    this.#entries.set(digest(session.id), { session, signedInWith, until });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= most) break;
      this.#entries.delete(oldest);
    }
    return session;
  }

  /** The session of a cookie, while it lasts and the password is still the one it began with. */
  find(id: string, password: PasswordHash | undefined): Session | undefined {
    const entry = this.#entries.get(digest(id));
    if (entry === undefined) return undefined;
    if (entry.signedInWith === password && this.clock.monotonic() < entry.until) return entry.session;
    this.end(id);
    return undefined;
  }

  end(id: string): void {
    this.#entries.delete(digest(id));
  }

  #unguessable(): string {
    return Buffer.from(this.random.bytes(32)).toString('base64url');
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
