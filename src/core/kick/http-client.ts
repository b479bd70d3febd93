import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../primitives/clock.js';
import { messageOf } from '../primitives/error.js';
import type { Random } from '../primitives/random.js';
import { type HttpAnswer, type HttpRequest, requestIdOf } from './http-exchange.js';
import { KickApiError } from './kick-api-error.js';
import { refusalOf } from './refusal.js';

const connectDeadlineMs = 5_000;
const totalDeadlineMs = 15_000;
const maximumBodyBytes = 1_048_576;
/** How often a GET is tried, and the longest wait before the second try; it doubles from there. */
const tries = 3;
const firstRetryMs = 400;

/**
 * JSON over HTTP/1.1 with kept connections: one exchange is over, one way or the other, after 15 s. Follows no
 * redirect, so that what is sent to Kick reaches nobody else.
 */
export class HttpClient {
  readonly #agent = new Agent({
    connect: { timeout: connectDeadlineMs },
    connections: 32,
    keepAliveTimeout: 30_000,
    // One deadline, ours, for the whole exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #userAgent: string;

  constructor({ clock, random, version }: { clock: Clock; random: Random; version: string }) {
    this.#clock = clock;
    this.#random = random;
    // Kick's firewall turns requests without a descriptive one away.
    this.#userAgent = `kickbot/${version} (chat bot framework)`;
  }

  /**
   * Resolves with a 2xx answer; anything else is a `KickApiError`. A GET that Kick could not serve is tried three
   * times. No other request is sent twice.
   */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#exchange(request);
        const refusal = refusalOf(request, answer, this.#clock.now());
        if (refusal === undefined) return answer;
        throw refusal;
      } catch (error) {
        const transient = error instanceof KickApiError && error.code === 'kick.unavailable';
        if (!transient || request.method !== 'GET' || attempt === tries) throw error;
        await this.#clock.sleep(this.#random.fraction() * firstRetryMs * 2 ** (attempt - 1));
      }
    }
  }

  /** Ends every exchange under way, with `kick.outcome_unknown` where something may have happened. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #exchange(request: HttpRequest): Promise<HttpAnswer> {
    const { method, url, largestAnswer = maximumBodyBytes } = request;
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    const headers: Record<string, string> = {
      ...request.headers,
      accept: 'application/json',
      'user-agent': this.#userAgent,
    };
    if (body !== null) headers['content-type'] = 'application/json';

    return new Promise((resolve, reject) => {
      let controller: Dispatcher.DispatchController | undefined;
      let failure: KickApiError | undefined;
      const fail = (error: KickApiError) => {
        if (failure !== undefined) return;
        failure = error;
        cancelDeadline();
        controller?.abort(error);
        reject(error);
      };
      // Bytes leave the machine only after `onRequestStart`, which hands over the controller.
      const lost = (cause: unknown) => fail(lostExchange(request, controller !== undefined, cause));
      const cancelDeadline = this.#clock.schedule(totalDeadlineMs, () =>
        lost(new Error(`no answer within ${totalDeadlineMs / 1000} s`)),
      );

      let status = 0;
      let answerHeaders: HttpAnswer['headers'] = {};
      const chunks: Buffer[] = [];
      let size = 0;
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart(started) {
          // A request that waited for its connection beyond the deadline has been reported as not sent.
          if (failure !== undefined) return started.abort(failure);
          controller = started;
        },
        onResponseStart(_, statusCode, received) {
          status = statusCode;
          answerHeaders = received;
        },
        onResponseData(_, chunk) {
          size += chunk.length;
          if (size <= largestAnswer) chunks.push(chunk);
          else {
            const what = `is larger than ${largestAnswer / 1_048_576} MiB`;
            fail(unexpected(request, { status, headers: answerHeaders }, what));
          }
        },
        onResponseEnd() {
          cancelDeadline();
          resolve(answerOf(status, answerHeaders, Buffer.concat(chunks)));
        },
        onResponseError(_, cause) {
          lost(cause);
        },
      };
      try {
        this.#agent.dispatch(
          { origin: url.origin, path: url.pathname + url.search, method, headers, body },
          handler,
        );
      } catch (cause) {
        lost(cause);
      }
    });
  }
}

function answerOf(status: number, headers: HttpAnswer['headers'], body: Buffer): HttpAnswer {
  const type = String(headers['content-type'] ?? '').toLowerCase();
  return {
    status,
    headers,
    json: /^application\/([\w.-]+\+)?json\b/.test(type) ? parsed(body) : undefined,
    isHtml: type.startsWith('text/html'),
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Said to be JSON and is not: whoever needs the content reports it as an unexpected answer.
    return undefined;
  }
}

function lostExchange({ method, url }: HttpRequest, started: boolean, cause: unknown): KickApiError {
  // Several addresses tried in vain come as one error without a text.
  const why = messageOf(cause instanceof AggregateError ? cause.errors[0] : cause);
  if (started && method !== 'GET') {
    return new KickApiError(
      'kick.outcome_unknown',
      `Kick did not answer ${method} ${url.pathname} (${why}). It may have been done, so it is not repeated; look before you repeat it.`,
      { cause },
    );
  }
  return new KickApiError(
    'kick.unavailable',
    `Cannot reach ${url.origin} (${why}). Check the network and whether Kick is up (status.kick.com).`,
    { cause },
  );
}

function unexpected(
  { method, url }: HttpRequest,
  answer: Pick<HttpAnswer, 'status' | 'headers'>,
  what: string,
): KickApiError {
  return new KickApiError(
    'kick.unexpected_answer',
    `The answer to ${method} ${url.pathname} ${what}. Check that the endpoint ${url.origin} is Kick's.`,
    { status: answer.status, requestId: requestIdOf(answer) },
  );
}
