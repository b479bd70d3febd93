import { generateKeyPair, sign } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);
const signAsync = promisify(sign);

/** The RSA key webhooks are signed with: the sandbox's own, 2048 bits, made when it is first asked for. */
export class SigningKey {
  #pair: ReturnType<typeof newPair> | undefined;

  /** As SPKI in PEM. */
  async publicKey(): Promise<string> {
    const { publicKey } = await this.#current();
    return publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** RSASSA-PKCS1-v1_5 with SHA-256, in standard Base64. Source: Kick's docs, events/webhook-security.md. */
  async sign(content: Buffer): Promise<string> {
    const { privateKey } = await this.#current();
    return (await signAsync('RSA-SHA256', content, privateKey)).toString('base64');
  }

  /** Signs with a new key from now on. */
  rotate(): void {
    this.#pair = undefined;
  }

  #current() {
    this.#pair ??= newPair();
    return this.#pair;
  }
}

function newPair() {
  return generate('rsa', { modulusLength: 2048 });
}
