import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Clock } from '../../primitives/clock.js';
import { KickbotError, messageOf } from '../../primitives/error.js';
import type { Logger } from '../../telemetry/logger.js';

/** The key in Kick's documentation, for as long as the API cannot be asked. */
const published = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAq/+l1WnlRrGSolDMA+A8
6rAhMbQGmQ2SapVcGM3zq8ANXjnhDWocMqfWcTd95btDydITa10kDvHzw9WQOqp2
MZI7ZyrfzJuz5nhTPCiJwTwnEtWft7nV14BYRDHvlfqPUaZ+1KR4OCaO/wWIk/rQ
L/TjY0M70gse8rlBkbo2a8rKhu69RQTRsoaf4DVhDPEeSeI5jVrRDGAMGL3cGuyY
6CLKGdjVEM78g3JfYOvDU/RvfqD7L89TZ3iN94jrmWdGz34JNlEI5hqK8dd7C5EF
BEbZ5jgB8s8ReQV8H+MkuffjdAj3ajDDX3DOJMIut1lBrUVD1AaSrGCKHooWoL2e
twIDAQAB
-----END PUBLIC KEY-----`;

/** However many signatures are wrong, the key is asked for once in this time. */
const refetchMs = 10 * 60_000;

export interface SigningKeysOptions {
  /** `GET /public/v1/public-key`. */
  readonly publicKey: { get(): Promise<string> };
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The public key Kick signs webhooks with, and the one before it: RSASSA-PKCS1-v1_5 with SHA-256
 * (https://docs.kick.com/events/webhook-security).
 */
export class SigningKeys {
  readonly #options: SigningKeysOptions;
  /** Newest first. Parsed once: verifying with the text of a key takes six times as long. */
  #keys: readonly KeyObject[] = [createPublicKey(published)];
  /** When a wrong signature had the key asked for, monotonic. */
  #doubtedAt: number | undefined;
  #asking: Promise<void> | undefined;
  #isFetched = false;
  #isFailing = false;

  constructor(options: SigningKeysOptions) {
    this.#options = options;
  }

  /** Asks Kick for its key, unless that has succeeded before. Never rejects. */
  async refresh(): Promise<void> {
    if (!this.#isFetched) await this.#ask();
  }

  /** Whether Kick signed these bytes. Where no known key did, asks Kick for its key, at most once in ten minutes. */
  async accept(signed: Buffer, signature: Buffer): Promise<boolean> {
    if (this.#match(signed, signature)) return true;
    const tried = this.#keys;
    const now = this.#options.clock.monotonic();
    if (this.#doubtedAt === undefined || now - this.#doubtedAt >= refetchMs) {
      this.#doubtedAt = now;
      await this.#ask();
    } else await this.#asking;
    return this.#keys !== tried && this.#match(signed, signature);
  }

  #match(signed: Buffer, signature: Buffer): boolean {
    return this.#keys.some((key) => verify('RSA-SHA256', signed, key, signature));
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#replace().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #replace(): Promise<void> {
    const { publicKey, logger } = this.#options;
    try {
      const key = rsaKey(await publicKey.get());
      if (!this.#keys[0]?.equals(key)) this.#keys = [key, ...this.#keys.slice(0, 1)];
      this.#isFetched = true;
      if (this.#isFailing) logger.info("Kick's key for webhooks was fetched.");
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) {
        logger.warn(
          `Kick's key for webhooks could not be fetched (${messageOf(error)}); the one known before is used.`,
        );
      }
      this.#isFailing = true;
    }
  }
}

function rsaKey(pem: string): KeyObject {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyType === 'rsa') return key;
  throw new KickbotError(
    'kick.unexpected_answer',
    `Kick's key for webhooks is of type ${key.asymmetricKeyType} and not RSA. A newer kickbot may know it.`,
  );
}
