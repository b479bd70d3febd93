import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { RealtimeSettings } from './realtime-settings.js';

const claims = z.object({ sub: z.string(), exp: z.number() });

const header = encode({ alg: 'HS384', typ: 'JWT' });

/** The tokens Centrifugo lets a client in with: JWTs (RFC 7519) signed with a key of this sandbox. */
export class RealtimeTokens {
  readonly #key = randomBytes(32);

  constructor(
    private readonly settings: Pick<RealtimeSettings, 'tokenSeconds'>,
    private readonly now: () => number,
  ) {}

  /** For someone who is not logged in. */
  issue(clientId: string): string {
    const end = Math.floor(this.now() / 1000) + this.settings.tokenSeconds;
    // JSON has no infinity.
    const exp = Math.min(end, Number.MAX_SAFE_INTEGER);
    const content = `${header}.${encode({ sub: `guest:${clientId}`, exp })}`;
    return `${content}.${this.#sign(content)}`;
  }

  /** For how many seconds a token is good, 0 or less where it is no more; nothing where it is no token of ours. */
  secondsLeft(token: string): number | undefined {
    const [algorithm, payload = '', signature] = token.split('.');
    if (signature !== this.#sign(`${algorithm}.${payload}`)) return undefined;
    const { exp } = claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    return Math.ceil(exp - this.now() / 1000);
  }

  /** Begins with `sbx-` as the sandbox's other tokens do, so that one that leaked into a log can be found there. */
  #sign(content: string): string {
    return `sbx-${createHmac('sha384', this.#key).update(content).digest('base64url')}`;
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
