import { z } from 'zod';
import { dataOf } from './authorized-http.js';
import type { HttpClient } from './http-client.js';

const PublicKey = z.object({
  public_key: z.string().regex(/^\s*-----BEGIN PUBLIC KEY-----/, 'not a public key in PEM'),
});

/** `/public/v1/public-key`, the one call that needs no token. */
export class KickPublicKey {
  readonly #url: URL;
  readonly #http: HttpClient;

  constructor({ apiUrl, http }: { apiUrl: string; http: HttpClient }) {
    this.#url = new URL(`${apiUrl.replace(/\/$/, '')}/public/v1/public-key`);
    this.#http = http;
  }

  /** The key that webhooks are signed with, RSA as SPKI in PEM (https://docs.kick.com/events/webhook-security). */
  async get(): Promise<string> {
    return dataOf(await this.#http.send({ method: 'GET', url: this.#url }), PublicKey).public_key;
  }
}
