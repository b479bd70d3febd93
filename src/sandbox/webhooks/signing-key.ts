import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

/** The RSA key webhooks are signed with: the sandbox's own, made when it is first asked for. */
export class SigningKey {
  #publicKey: Promise<string> | undefined;

  /** As SPKI in PEM, 2048 bits. */
  publicKey(): Promise<string> {
    this.#publicKey ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then(({ publicKey }) =>
      publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    );
    return this.#publicKey;
  }
}
