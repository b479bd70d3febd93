import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { z } from 'zod';
import { KickbotError } from '../primitives/error.js';
import { Random } from '../primitives/random.js';
import { Secret } from '../primitives/secret.js';
import { Logger } from '../telemetry/logger.js';

/** What a sealed text belongs to. It is bound into the seal: a row copied to another place does not open there. */
export interface SealedFor {
  readonly accountId: string;
  readonly purpose: string;
  /** The row's version, so that an older row put back does not open either. */
  readonly version: number;
}

const aes = 'A256GCM';
const nonceBytes = 12;
const tagBytes = 16;

const envelopeForm = z.discriminatedUnion('alg', [
  z.object({ v: z.literal(1), alg: z.literal(aes), kid: z.string(), nonce: z.string(), data: z.string() }),
  z.object({ v: z.literal(1), alg: z.literal('none'), data: z.string() }),
]);

interface SealingKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * Seals what is stored with AES-256-GCM, a fresh nonce for each write (NIST SP 800-38D §8.2.2).
 *
 * The first key seals, any of them opens: to change the key, put the new one in front. With no key at all the
 * text is stored as it is, marked so, and one warning is logged.
 *
 * Throws `auth.bad_secret_key` for a key that is not 32 bytes.
 */
export class TokenSealer {
  readonly #keys: readonly SealingKey[];
  #warned = false;

  constructor(
    keys: readonly Secret[],
    private readonly random: Random,
    private readonly logger: Logger,
  ) {
    this.#keys = keys.map(readKey);
  }

  seal(plaintext: string, owner: SealedFor): string {
    const [key] = this.#keys;
    if (key === undefined) {
      this.#warnOnce();
      return JSON.stringify({ v: 1, alg: 'none', data: plaintext });
    }
    const nonce = this.random.bytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(boundTo(owner));
    const data = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return JSON.stringify({
      v: 1,
      alg: aes,
      kid: key.id,
      nonce: Buffer.from(nonce).toString('base64'),
      data: data.toString('base64'),
    });
  }

  /**
   * Opens what `seal` made for the same owner. Throws `auth.secret_key_missing`, `auth.secret_key_wrong` or
   * `auth.tokens_unreadable`; nothing of the text is in the error.
   */
  open(sealed: string, owner: SealedFor): string {
    const envelope = readEnvelope(sealed, owner);
    if (envelope.alg === 'none') return envelope.data;
    if (this.#keys.length === 0) {
      throw new KickbotError(
        'auth.secret_key_missing',
        `The tokens of ${owner.accountId} are sealed and KICKBOT_SECRET_KEY is not set: set it to the key they were sealed with. ${otherwise}`,
      );
    }
    const key = this.#keys.find(({ id }) => id === envelope.kid);
    if (key === undefined) {
      throw new KickbotError(
        'auth.secret_key_wrong',
        `The tokens of ${owner.accountId} were sealed with another key than KICKBOT_SECRET_KEY: set it to that key. ${otherwise}`,
      );
    }
    try {
      const data = Buffer.from(envelope.data, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(envelope.nonce, 'base64'), {
        authTagLength: tagBytes,
      })
        .setAAD(boundTo(owner))
        .setAuthTag(data.subarray(-tagBytes));
      return Buffer.concat([decipher.update(data.subarray(0, -tagBytes)), decipher.final()]).toString('utf8');
    } catch {
      throw unreadable(owner);
    }
  }

  /** Throws `auth.secret_key_missing` when there is no key to seal with. */
  needKey(): void {
    if (this.#keys.length > 0) return;
    throw new KickbotError(
      'auth.secret_key_missing',
      `There is no key to seal the tokens with: set KICKBOT_SECRET_KEY (${howToMakeOne}).`,
    );
  }

  #warnOnce(): void {
    if (this.#warned) return;
    this.#warned = true;
    this.logger.warn(
      `Tokens are stored unsealed: anybody who can read the database can use them. Set KICKBOT_SECRET_KEY to seal them (${howToMakeOne}).`,
    );
  }
}

/** The keys in `KICKBOT_SECRET_KEY`, which holds one, or several with commas between them. */
export function keyRing(text: Secret | undefined): readonly Secret[] {
  return text === undefined
    ? []
    : text
        .reveal()
        .split(',')
        .map((key) => new Secret(key));
}

const howToMakeOne = 'make one with: openssl rand -base64 32';
const otherwise = 'If it is lost, run `kickbot logout` for this account and log in again.';

/** 32 bytes as base64, base64url or hexadecimal. */
function readKey(key: Secret): SealingKey {
  const text = key.reveal().trim();
  const bytes = /^[0-9a-f]{64}$/i.test(text)
    ? Buffer.from(text, 'hex')
    : /^[A-Za-z0-9+/_-]{43}=?$/.test(text)
      ? Buffer.from(text, 'base64')
      : undefined;
  if (bytes?.length !== 32) {
    throw new KickbotError(
      'auth.bad_secret_key',
      `KICKBOT_SECRET_KEY must be 32 bytes, as base64 or hexadecimal, or several such keys with commas between them; ${howToMakeOne}`,
    );
  }
  return { id: createHash('sha256').update('kickbot key id').update(bytes).digest('hex').slice(0, 8), bytes };
}

function readEnvelope(sealed: string, owner: SealedFor) {
  try {
    return envelopeForm.parse(JSON.parse(sealed));
  } catch {
    // The parser's words may quote the text, so they are not kept as a cause.
    throw unreadable(owner);
  }
}

const boundTo = ({ accountId, purpose, version }: SealedFor) =>
  Buffer.from(JSON.stringify([accountId, purpose, version]));

/** The stored tokens are damaged; also thrown when what was sealed is not a token set. */
export const unreadable = ({ accountId }: SealedFor) =>
  new KickbotError(
    'auth.tokens_unreadable',
    `The stored tokens of ${accountId} are damaged and were left as they are: restore the database from a backup, or run \`kickbot logout\` for this account and log in again.`,
  );
