import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpClient } from '../../../src/core/kick/http-client.js';
import type { HttpRequest } from '../../../src/core/kick/http-exchange.js';
import { KickApiError, RateLimitedError } from '../../../src/core/kick/kick-api-error.js';
import { type Cancel, SystemClock } from '../../../src/core/primitives/clock.js';
import { SystemRandom } from '../../../src/core/primitives/random.js';
import { answerJson, type ReceivedRequest, startScriptedServer } from './scripted-server.js';

/** Deadlines pass when the test says so; pauses between tries are over at once. */
class HeldClock extends SystemClock {
  readonly deadlines = new Set<() => void>();
  override schedule(delayMs: number, run: () => void): Cancel {
    if (delayMs < 15_000) return super.schedule(0, run);
    this.deadlines.add(run);
    return () => this.deadlines.delete(run);
  }
  passDeadlines() {
    for (const run of [...this.deadlines]) run();
  }
}

let clock: HeldClock;
let http: HttpClient;
let answer: (response: ServerResponse, request: ReceivedRequest) => void;
let server: Awaited<ReturnType<typeof startScriptedServer>>;

const request = (method: HttpRequest['method'], body?: unknown): HttpRequest => ({
  method,
  url: new URL(`${server.url}/public/v1/chat`),
  headers: { authorization: 'Bearer canary-token' },
  body,
});
const post = () => http.send(request('POST', { content: 'hello' }));

async function failureOf(sending: Promise<unknown>): Promise<KickApiError> {
  const error = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KickApiError)) throw new Error('No KickApiError was thrown.', { cause: error });
  return error;
}

beforeEach(async () => {
  clock = new HeldClock();
  http = new HttpClient({ clock, random: new SystemRandom(), version: '1.2.3' });
  answer = (response) => answerJson(response, 200, { data: {}, message: 'OK' });
  server = await startScriptedServer((response, received) => answer(response, received));
});

afterEach(async () => {
  await http.close();
  await server.close();
});

describe('an exchange', () => {
  it('35. sends JSON with a descriptive user agent and the token in its header only, and reads JSON', async () => {
    const { status, json } = await post();
    expect({ status, json }).toEqual({ status: 200, json: { data: {}, message: 'OK' } });
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: '/public/v1/chat',
      body: { content: 'hello' },
      headers: {
        'content-type': 'application/json',
        'user-agent': expect.stringMatching(/^kickbot\/1\.2\.3 /),
        authorization: 'Bearer canary-token',
      },
    });
  });

  it('keeps its connection for the next request', async () => {
    const sockets = new Set();
    answer = (response) => {
      sockets.add(response.socket);
      answerJson(response, 200, {});
    };
    await post();
    await setImmediate();
    await post();
    expect(sockets.size).toBe(1);
  });

  it('reads JSON only where the answer says that it is JSON', async () => {
    answer = (response) => response.end('{"data":1}');
    expect((await post()).json).toBeUndefined();
    answer = (response) => response.setHeader('content-type', 'application/json').end('{"data":');
    expect((await post()).json).toBeUndefined();
  });

  it('leaves no deadline behind', async () => {
    await post();
    expect(clock.deadlines.size).toBe(0);
  });

  it('35. follows no redirect, so that the token reaches nobody else', async () => {
    let elsewhere = 0;
    const other = await startScriptedServer((response) => {
      elsewhere++;
      response.end();
    });
    answer = (response) => response.writeHead(307, { location: `${other.url}/steal` }).end();
    expect((await failureOf(post())).code).toBe('kick.unexpected_answer');
    expect(elsewhere).toBe(0);
    await other.close();
  });
});

describe('what Kick refuses', () => {
  const json = (status: number, body: unknown) => (response: ServerResponse) =>
    answerJson(response, status, body, { 'x-request-id': 'request-7' });
  const html = (status: number) => (response: ServerResponse) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end('<title>Just a moment...</title>');
  const security = { error: 'Request blocked by security policy.', reference: '0badcafe' };
  const invalidGrant = { error: 'invalid_client', error_description: 'Client authentication failed' };

  it.each([
    ['401', json(401, { data: {}, message: 'Unauthorized' }), 'kick.unauthorized', 'kickbot login'],
    ['403 in JSON', json(403, { message: 'Forbidden' }), 'kick.forbidden', '"Forbidden"'],
    ["403 with the firewall's page", html(403), 'kick.blocked', 'firewall'],
    ["403 with the firewall's JSON", json(403, security), 'kick.blocked', '0badcafe'],
    ['404', json(404, { message: 'Not found' }), 'kick.not_found', '/public/v1/chat'],
    [
      '400 with the reason in data',
      json(400, { data: 'Channel not found', message: 'Bad request' }),
      'kick.invalid_request',
      '"Channel not found"',
    ],
    ['400 of the other family', json(400, invalidGrant), 'kick.invalid_request', 'authentication failed'],
    ['413 without a word', (r: ServerResponse) => r.writeHead(413).end(), 'kick.invalid_request', '413'],
    [
      'a full quota',
      json(400, { data: 'Pusher error: daily message quota exceeded' }),
      'kick.rate_limited',
      '30 s',
    ],
    [
      '500',
      json(500, { message: 'Internal server error' }),
      'kick.outcome_unknown',
      '"Internal server error"',
    ],
    ['502, when the gateway lost the answer', html(502), 'kick.outcome_unknown', 'may have been done'],
    ['503 with a page', html(503), 'kick.unavailable', 'status 503'],
    ['504, when the gateway lost the answer', html(504), 'kick.outcome_unknown', 'may have been done'],
    ['521, when Cloudflare cannot reach Kick', html(521), 'kick.unavailable', 'status 521'],
    ['a status nobody knows', (r: ServerResponse) => r.writeHead(999).end(), 'kick.outcome_unknown', '999'],
  ] as const)('C44 %s', async (_, misdeed, code, said) => {
    answer = (response) => misdeed(response);
    const error = await failureOf(post());
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
    expect(server.requests).toHaveLength(1);
  });

  it("names Kick's status and request id", async () => {
    answer = json(400, {});
    expect(await failureOf(post())).toMatchObject({ status: 400, requestId: 'request-7' });
  });

  it("keeps a stranger's text short and on one line", async () => {
    answer = json(400, { data: `one\n\u001b[31mtwo ${'x'.repeat(10_000)}` });
    const { message } = await failureOf(post());
    expect(message.length).toBeLessThan(400);
    expect(message).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    ['seconds', '7', 7_000],
    ['a fraction', '1.5', 1_500],
    ['zero', '0', 1_000],
    ['a negative number', '-5', 1_000],
    ['a day', '86400', 600_000],
    ['no number and no date', 'soon', 30_000],
    ['nothing', undefined, 30_000],
    ['a date, by the clock of the server', 'Wed, 21 Oct 2015 07:28:42 GMT', 42_000],
    ['a date of the past', 'Wed, 21 Oct 2015 07:00:00 GMT', 1_000],
  ])('C36 429 with %s in Retry-After', async (_, value, expected) => {
    answer = (response) => {
      response.setHeader('date', 'Wed, 21 Oct 2015 07:28:00 GMT');
      if (value !== undefined) response.setHeader('retry-after', value);
      answerJson(response, 429, { message: 'Too many requests' });
    };
    const error = await failureOf(post());
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error).toMatchObject({ code: 'kick.rate_limited', retryAfterMs: expected });
  });
});

describe("the network's misdeeds", () => {
  const cut = (response: ServerResponse) => response.socket?.destroy();

  it('C38 knows nothing when the connection is cut after the request was received, and sends no second', async () => {
    answer = cut;
    expect((await failureOf(post())).code).toBe('kick.outcome_unknown');
    expect(server.requests).toHaveLength(1);
  });

  it('C38 knows nothing when the answer is cut', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"data":', () => cut(response));
    };
    expect((await failureOf(post())).code).toBe('kick.outcome_unknown');
  });

  it.each(['POST', 'PATCH', 'DELETE'] as const)(
    'C38 gives up a %s without an answer after 15 s',
    async (method) => {
      const received = new Promise<void>((resolve) => {
        answer = () => resolve();
      });
      const failing = failureOf(http.send(request(method, {})));
      await received;
      clock.passDeadlines();
      expect(await failing).toMatchObject({
        code: 'kick.outcome_unknown',
        message: expect.stringContaining('no answer within 15 s'),
      });
    },
  );

  it('C39 ignores an answer after the deadline', async () => {
    const late: { response?: ServerResponse } = {};
    const received = new Promise<void>((resolve) => {
      answer = (response) => {
        late.response = response;
        resolve();
      };
    });
    const failing = failureOf(post());
    await received;
    clock.passDeadlines();
    expect((await failing).code).toBe('kick.outcome_unknown');
    late.response?.end('{}');
    answer = (response) => answerJson(response, 200, { data: 'next' });
    expect((await post()).json).toEqual({ data: 'next' });
  });

  it('knows that nothing was sent when the connection is refused', async () => {
    await server.close();
    const error = await failureOf(post());
    expect(error.code).toBe('kick.unavailable');
    expect(error.message).toContain(new URL(server.url).origin);
  });

  it('knows that nothing was sent when the name cannot be resolved', async () => {
    const url = new URL('http://kick.invalid/public/v1/chat');
    expect((await failureOf(http.send({ method: 'POST', url, body: {} }))).code).toBe('kick.unavailable');
  });

  it('never sends a request whose deadline passed while it waited for its connection', async () => {
    const failing = failureOf(post());
    clock.passDeadlines();
    expect((await failing).code).toBe('kick.unavailable');
    await http.send(request('GET'));
    expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  it('refuses an answer of more than 1 MiB', async () => {
    answer = (response) => response.end('x'.repeat(1_200_000));
    expect((await failureOf(post())).code).toBe('kick.unexpected_answer');
  });

  it('tries a GET three times when Kick fails or the connection is cut', async () => {
    const misdeeds = [cut, (response: ServerResponse) => answerJson(response, 502, {})];
    answer = (response) => {
      const misdeed = misdeeds.shift();
      if (misdeed === undefined) answerJson(response, 200, { data: 1 });
      else misdeed(response);
    };
    expect((await http.send(request('GET'))).json).toEqual({ data: 1 });
    expect(server.requests).toHaveLength(3);

    answer = (response) => answerJson(response, 500, {});
    expect((await failureOf(http.send(request('GET')))).code).toBe('kick.unavailable');
    expect(server.requests).toHaveLength(6);
  });

  it.each([
    ['a cut connection', cut],
    ['a refusal', (response: ServerResponse) => answerJson(response, 401, { message: 'Unauthorized' })],
    [
      'an answer that quotes it',
      (response: ServerResponse) => answerJson(response, 400, { data: 'Bad header: Bearer canary-token' }),
    ],
  ])('43. shows no token in the error of %s', async (_, misdeed) => {
    answer = misdeed;
    expect(inspect(await failureOf(post()), { depth: 10, showHidden: true })).not.toContain('canary-token');
  });
});
