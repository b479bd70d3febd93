import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Broker } from '../../../../src/core/chat/broker/broker.js';
import { centrifugoOffer, type Offer, pusherOffer } from '../../../../src/core/chat/broker/credentials.js';
import { HttpClient } from '../../../../src/core/kick/http-client.js';
import type { HttpAnswer, HttpRequest } from '../../../../src/core/kick/http-exchange.js';
import { KickbotError } from '../../../../src/core/primitives/error.js';
import { channelId } from '../../../../src/core/primitives/ids.js';
import { SystemRandom } from '../../../../src/core/primitives/random.js';
import { cloudflareBlock, type HttpFault, startSandbox } from '../../../../src/sandbox/index.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { answerJson, startScriptedServer } from '../../kick/scripted-server.js';

const kick = { realtime: 'https://web.kick.com', website: 'https://kick.com' };
const url = 'wss://realtime.us-west-2.platform.kick.com/connection/websocket';

type Send = (request: HttpRequest) => Promise<HttpAnswer>;

function brokerAt(
  endpoints: { realtime: string; website: string },
  http: { send: Send },
  clock = new FakeClock(),
) {
  const options = { endpoints, channelId: () => channelId(22), http, clock, random: new SystemRandom() };
  return new Broker<Offer>(
    options,
    new Map<string, (credentials: unknown) => Offer>([
      ['centrifugo', (credentials) => centrifugoOffer(credentials, endpoints.realtime)],
      ['pusher', pusherOffer],
    ]),
  );
}

const answering = (json: unknown, isHtml = false) =>
  vi.fn<Send>(() => Promise.resolve({ status: 200, headers: {}, json, isHtml }));
const offering = (...connections: unknown[]) =>
  answering({ data: { mode: 'websocket', connections }, message: 'success' });
const kicks = (send: Send) => brokerAt(kick, { send });

describe('the broker', () => {
  it('is asked as the website asks it, with one id for the session', async () => {
    const server = await startScriptedServer((response, { url: path }) =>
      answerJson(response, 200, {
        data: path?.endsWith('/auth/connection')
          ? { token: 'a.b-c.d_e' }
          : {
              mode: 'websocket',
              connections: [{ provider: 'pusher', credentials: { app_key: 'k', cluster: 'us2' } }],
            },
      }),
    );
    const http = new HttpClient({ clock: new FakeClock(), random: new SystemRandom(), version: '0.0.0' });
    onTestFinished(async () => {
      await http.close();
      await server.close();
    });
    const broker = brokerAt({ realtime: server.url, website: 'https://kick.com' }, http);
    expect(await broker.offer()).toEqual({ provider: 'pusher', key: 'k', cluster: 'us2' });
    expect((await broker.token()).reveal()).toBe('a.b-c.d_e');

    const id = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const headers = expect.objectContaining({ origin: 'https://kick.com', 'x-app-platform': 'web' });
    const providers = [{ provider: 'centrifugo' }, { provider: 'pusher' }];
    expect(server.requests).toEqual([
      {
        method: 'POST',
        url: '/api/v1/realtime/channels/22/chat/connection',
        headers,
        body: { client: { id, type: 'web' }, capabilities: { accepted_providers: providers } },
      },
      { method: 'POST', url: '/api/v1/realtime/auth/connection', headers, body: { client_id: id } },
    ]);
    const [first, second] = server.requests.map(
      ({ body }) => JSON.stringify(body).match(/[0-9a-f-]{36}/)?.[0],
    );
    expect(first).toBe(second);
  });

  it('is asked without a channel where none is known', async () => {
    const send = offering({ provider: 'centrifugo', credentials: { url } });
    const options = {
      endpoints: kick,
      channelId: () => undefined,
      http: { send },
      clock: new FakeClock(),
      random: new SystemRandom(),
    };
    await new Broker(options, new Map([['centrifugo', () => url]])).offer();
    expect(send.mock.calls[0]?.[0].url.href).toBe('https://web.kick.com/api/v1/realtime/connection');
  });

  it.each([
    ['pusher', { provider: 'pusher', credentials: { app_key: '32cbd69e4b950bf97679', cluster: 'us2' } }],
    ['pusher', { provider: 'PUSHER', credentials: { app_key: 'ABC', cluster: 'mt1', region: 'x' } }],
    ['centrifugo', { provider: 'Centrifugo', credentials: { url } }],
  ])('names %s by %j', async (provider, connection) => {
    expect(await kicks(offering(connection)).offer()).toMatchObject({ provider });
  });

  it('may name providers nobody knows beside one that is known', async () => {
    const send = offering({ provider: 'carrier pigeon' }, { provider: 'centrifugo', credentials: { url } });
    expect(await kicks(send).offer()).toEqual({ provider: 'centrifugo', url });
  });

  it('is told about when it names only providers nobody knows', async () => {
    await expect(
      kicks(offering({ provider: 'Carrier\n pigeon', credentials: {} })).offer(),
    ).rejects.toMatchObject({
      code: 'broker.unknown_provider',
      message:
        "Kick's broker of realtime servers offers \"carrier pigeon\" alone, which this transport does not speak; look for a newer kickbot, or set chat.transports to ['pusher'].",
    });
  });

  it.each([
    'ws://realtime.us-west-2.platform.kick.com/connection/websocket',
    'https://realtime.us-west-2.platform.kick.com/connection/websocket',
    'wss://realtime.platform.kick.com/connection/websocket',
    'wss://realtime..platform.kick.com/connection/websocket',
    'wss://realtime.us.platform.kick.com.evil.test/connection/websocket',
    'wss://evil.test/realtime.us.platform.kick.com/connection/websocket',
    'wss://evilrealtime.us.platform.kick.com/connection/websocket',
    'wss://realtime.us.platform.kick.com:8443/connection/websocket',
    'wss://user@realtime.us.platform.kick.com/connection/websocket',
    'wss://realtime.us.platform.kick.com/connection/websocket/',
    'wss://realtime.us.platform.kick.com/connection/websocket?a=b',
    'wss://realtime.us.platform.kick.com/connection/websocket#a',
    'wss://realtime.us.platform.kick.com/',
    'wss://127.0.0.1/connection/websocket',
    'ws://localhost:8000/connection/websocket',
    'no address',
    '',
    5,
  ])('is not believed when it names %s', async (named) => {
    const send = offering({ provider: 'centrifugo', credentials: { url: named } });
    await expect(kicks(send).offer()).rejects.toMatchObject({ code: 'broker.unexpected_answer' });
  });

  it.each([
    [{ app_key: 'a'.repeat(129), cluster: 'us2' }],
    [{ app_key: 'a', cluster: 'u'.repeat(33) }],
    [{ app_key: 'a', cluster: 'us2.evil.test/' }],
    [{ app_key: 'é', cluster: 'us2' }],
    [{ app_key: 'a/../b', cluster: 'us2' }],
    [{ app_key: '', cluster: 'us2' }],
    [undefined],
  ])('is not believed when it names the Pusher app %j', async (credentials) => {
    await expect(kicks(offering({ provider: 'pusher', credentials })).offer()).rejects.toMatchObject({
      code: 'broker.unexpected_answer',
    });
  });

  it('on this machine may name a server on this machine, and no other', async () => {
    const at = (named: string) =>
      brokerAt(
        { ...kick, realtime: 'http://127.0.0.1:9000' },
        { send: offering({ provider: 'centrifugo', credentials: { url: named } }) },
      ).offer();
    expect(await at('ws://localhost:8000/connection/websocket')).toMatchObject({ provider: 'centrifugo' });
    await expect(at('ws://10.0.0.1:8000/connection/websocket')).rejects.toBeInstanceOf(KickbotError);
  });

  it.each([
    ['an empty answer', answering(undefined)],
    ['no connections', offering()],
    ['a text', answering('{"data":{}}')],
    ['a page', answering(undefined, true)],
  ])('is not believed when it answers with %s', async (_, send) => {
    await expect(kicks(send).offer()).rejects.toMatchObject({
      code: 'broker.unexpected_answer',
      message: expect.stringContaining('kick.endpoints.realtime'),
    });
  });

  it.each([[''], ['a b'], ['a\nb'], ['é'], [7], ['a'.repeat(8_193)]])(
    'gives no token by %j',
    async (token) => {
      await expect(kicks(answering({ data: { token } })).token()).rejects.toMatchObject({
        code: 'broker.unexpected_answer',
      });
    },
  );

  it('whatever it answers, the bot connects to a checked server or has an error of its own', async () => {
    const connection = fc.record({
      provider: fc.oneof(fc.string(), fc.constantFrom('pusher', 'CENTRIFUGO', '__proto__', 'constructor')),
      credentials: fc.oneof(
        fc.jsonValue(),
        fc.record({ url: fc.webUrl({ validSchemes: ['wss'] }) }),
        fc.record({ app_key: fc.string(), cluster: fc.string() }),
      ),
    });
    const answer = fc.oneof(
      fc.jsonValue(),
      fc.record({ data: fc.record({ connections: fc.array(connection) }) }),
    );
    await fc.assert(
      fc.asyncProperty(answer, async (json) => {
        const offer = await kicks(answering(json))
          .offer()
          .catch((error: unknown) => error);
        if (offer instanceof KickbotError) return;
        expect(offer).toEqual({
          provider: 'pusher',
          key: expect.stringMatching(/^[A-Za-z0-9]{1,128}$/),
          cluster: expect.stringMatching(/^[A-Za-z0-9]{1,32}$/),
        });
      }),
    );
  });

  it('is asked once by many, and again after five minutes, after a failure and when told to forget', async () => {
    const clock = new FakeClock();
    const send = offering({ provider: 'centrifugo', credentials: { url } });
    const broker = brokerAt(kick, { send }, clock);
    await Promise.all([broker.offer(), broker.offer()]);
    clock.advance(299_999);
    await broker.offer();
    expect(send).toHaveBeenCalledTimes(1);
    clock.advance(1);
    await broker.offer();
    expect(send).toHaveBeenCalledTimes(2);
    broker.forget();
    send.mockRejectedValueOnce(new Error('gone'));
    await expect(broker.offer()).rejects.toMatchObject({ code: 'broker.unavailable' });
    await broker.offer();
    expect(send).toHaveBeenCalledTimes(4);
  });
});

describe('a broker that cannot be asked is told about in one sentence:', () => {
  it.each<[string, HttpFault, string]>([
    ['a firewall', cloudflareBlock, 'is behind a firewall that turned the bot away (status 403); set'],
    ['a limit', { status: 429, retryAfter: 60 }, 'is asked too often from this network (status 429); it'],
    [
      'an outage',
      { status: 502, body: '<h1>Bad gateway</h1>' },
      'answered with status 502; it is asked again later.',
    ],
    ['a cut connection', { cut: 'before' }, 'cannot be reached ('],
  ])('%s', async (_, fault, sentence) => {
    const sandbox = await startSandbox();
    const http = new HttpClient({ clock: new FakeClock(), random: new SystemRandom(), version: '0.0.0' });
    onTestFinished(async () => {
      await http.close();
      await sandbox.close();
    });
    sandbox.faults.next('POST /api/v1/realtime/*', fault, Number.POSITIVE_INFINITY);
    const broker = brokerAt(sandbox.endpoints, http);
    const problem = {
      code: 'broker.unavailable',
      message: expect.stringContaining(`realtime servers ${sentence}`),
    };
    await expect(broker.offer()).rejects.toMatchObject(problem);
    await expect(broker.token()).rejects.toMatchObject(problem);
  });

  it('a silence of 15 s', async () => {
    const sandbox = await startSandbox();
    const clock = new FakeClock();
    const http = new HttpClient({ clock, random: new SystemRandom(), version: '0.0.0' });
    onTestFinished(async () => {
      await http.close();
      await sandbox.close();
    });
    sandbox.faults.next('POST /api/v1/realtime/*', { delayMs: Number.POSITIVE_INFINITY });
    const offer = brokerAt(sandbox.endpoints, http, clock).offer();
    const told = expect(offer).rejects.toThrow('cannot be reached (no answer within 15 s)');
    clock.advance(15_000);
    await told;
  });
});
