import { z } from 'zod';
import type { HttpAnswer, HttpRequest } from '../../kick/http-exchange.js';
import { KickApiError } from '../../kick/kick-api-error.js';
import type { Clock } from '../../primitives/clock.js';
import { KickbotError, messageOf } from '../../primitives/error.js';
import type { ChannelId } from '../../primitives/ids.js';
import { printable } from '../../primitives/printable.js';
import type { Random } from '../../primitives/random.js';
import { Secret } from '../../primitives/secret.js';

export interface BrokerOptions {
  /** `kick.endpoints`: the broker, `https://web.kick.com`, and the website it serves. */
  endpoints: { readonly realtime: string; readonly website: string };
  /** The channel that is asked for, where one is known. */
  channelId: () => ChannelId | undefined;
  /** Rejects with a `KickApiError` for everything but 2xx. */
  http: { send(request: HttpRequest): Promise<HttpAnswer> };
  clock: Clock;
  random: Random;
}

/** The providers that the broker may offer, and what reads the credentials of each or throws. */
export type Accepted<Offer> = ReadonlyMap<string, (credentials: unknown) => Offer>;

/** An offer is good for this long, so that many connections lost at once ask once. */
const offerMs = 5 * 60_000;

const OfferAnswer = z.object({
  data: z.object({
    connections: z
      .array(z.object({ provider: z.string().toLowerCase(), credentials: z.unknown().optional() }))
      .min(1)
      .max(20),
  }),
});
const TokenAnswer = z.object({ data: z.object({ token: z.string().regex(/^[\w.~+/=-]{1,8192}$/) }) });

/**
 * Kick's broker: it tells the website which realtime server to use, and lets guests in there. It is no documented
 * API, so that nothing it says is believed unchecked: the bot connects to Kick's and Pusher's hosts alone.
 */
export class Broker<Offer> {
  readonly #options: BrokerOptions;
  readonly #accepted: Accepted<Offer>;
  /** Of this session; the token is given out for it. */
  readonly #clientId: string;
  #offer: { readonly promise: Promise<Offer>; readonly askedAt: number } | undefined;

  constructor(options: BrokerOptions, accepted: Accepted<Offer>) {
    this.#options = options;
    this.#accepted = accepted;
    this.#clientId = uuid(options.random);
  }

  /**
   * The server to connect to, asked for at most every five minutes. Rejects with `broker.unavailable`,
   * `broker.unexpected_answer` or `broker.unknown_provider`.
   */
  offer(): Promise<Offer> {
    const now = this.#options.clock.monotonic();
    if (this.#offer === undefined || now - this.#offer.askedAt >= offerMs) {
      const offer = { promise: this.#ask(), askedAt: now };
      this.#offer = offer;
      offer.promise.catch(() => {
        if (this.#offer === offer) this.#offer = undefined;
      });
    }
    return this.#offer.promise;
  }

  /** The server that was named will not do any more. */
  forget(): void {
    this.#offer = undefined;
  }

  /** Lets a guest in at Centrifugo, for some 30 minutes. Rejects as `offer` does. */
  async token(): Promise<Secret> {
    const answer = await this.#post('/realtime/auth/connection', { client_id: this.#clientId });
    const found = TokenAnswer.safeParse(answer.json);
    if (!found.success) throw this.#unexpected(answer, 'a token', found.error);
    return new Secret(found.data.data.token);
  }

  async #ask(): Promise<Offer> {
    const channelId = this.#options.channelId();
    const providers = [...this.#accepted.keys()].map((provider) => ({ provider }));
    const answer = await this.#post(
      channelId === undefined ? '/realtime/connection' : `/realtime/channels/${channelId}/chat/connection`,
      {
        client: { id: this.#clientId, type: 'web' },
        capabilities: { accepted_providers: providers },
      },
    );
    const found = OfferAnswer.safeParse(answer.json);
    if (!found.success) throw this.#unexpected(answer, 'a realtime server', found.error);
    const { connections } = found.data.data;
    for (const { provider, credentials } of connections) {
      const read = this.#accepted.get(provider);
      if (read === undefined) continue;
      try {
        return read(credentials);
      } catch (cause) {
        throw this.#unexpected(answer, 'a realtime server of Kick or Pusher', cause);
      }
    }
    throw unknownProvider(connections.map(({ provider }) => provider));
  }

  async #post(path: string, body: unknown): Promise<HttpAnswer> {
    const { endpoints, http } = this.#options;
    const headers = { origin: new URL(endpoints.website).origin, 'x-app-platform': 'web' };
    const url = new URL(`/api/v1${path}`, endpoints.realtime);
    try {
      return await http.send({ method: 'POST', url, headers, body });
    } catch (cause) {
      throw new KickbotError('broker.unavailable', `Kick's broker of realtime servers ${failureOf(cause)}.`, {
        cause,
      });
    }
  }

  #unexpected({ isHtml }: HttpAnswer, wanted: string, cause: unknown): KickbotError {
    const what = isHtml ? 'a page for people' : 'something else';
    return new KickbotError(
      'broker.unexpected_answer',
      `Kick's broker of realtime servers did not name ${wanted} but answered with ${what}; check kick.endpoints.realtime, or set chat.transports to ['pusher'].`,
      { cause },
    );
  }
}

function unknownProvider(names: readonly string[]): KickbotError {
  return new KickbotError(
    'broker.unknown_provider',
    `Kick's broker of realtime servers offers "${printable(names.join('", "'))}" alone, which this transport does not speak; look for a newer kickbot, or set chat.transports to ['pusher'].`,
  );
}

/** The API client's own sentences speak of accounts and of repeating, which have no part in this. */
function failureOf(cause: unknown): string {
  const status = cause instanceof KickApiError ? cause.status : undefined;
  if (status === 403) {
    return "is behind a firewall that turned the bot away (status 403); set chat.transports to ['pusher'], or run the bot from another network";
  }
  if (status === 429) return 'is asked too often from this network (status 429); it is asked again later';
  if (status !== undefined) return `answered with status ${status}; it is asked again later`;
  return `cannot be reached (${messageOf(rootOf(cause))}); check the network and kick.endpoints.realtime`;
}

function rootOf(thrown: unknown): unknown {
  return thrown instanceof KickApiError && thrown.cause !== undefined ? thrown.cause : thrown;
}

/** Version 4 (RFC 9562 §5.4). */
function uuid(random: Random): string {
  const bytes = Buffer.from(random.bytes(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
