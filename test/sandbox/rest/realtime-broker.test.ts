import { cloudflareBlock } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, openApi } from './api.js';

const client = { id: '3f0c9a52-6d5e-4c1e-9f07-3c1d5f1b7a10', type: 'web' };

let api: Api;
let path: string;

beforeEach(async () => {
  api = await openApi();
  path = `/api/v1/realtime/channels/${api.channel.id}/chat/connection`;
});

afterEach(() => api.close());

const ask = (accepted: string[], at = path) =>
  api.call('POST', at, {
    body: {
      client,
      capabilities: { accepted_providers: accepted.map((provider) => ({ provider })) },
    },
  });

const named = (provider: string, credentials: object) => ({
  status: 200,
  body: { data: { mode: 'websocket', connections: [{ provider, credentials }] }, message: 'success' },
});

const centrifugo = () =>
  named('centrifugo', { url: `${api.sandbox.url.replace('http', 'ws')}/connection/websocket` });

const pusher = () =>
  named('pusher', { app_key: api.sandbox.pusher.key, cluster: api.sandbox.pusher.cluster });

describe('the broker', () => {
  it('names Centrifugo to a client that accepts both, unless it is steered to Pusher', async () => {
    expect(await ask(['pusher', 'centrifugo'])).toEqual(centrifugo());
    api.sandbox.realtime.provider = 'pusher';
    expect(await ask(['pusher', 'centrifugo'])).toEqual(pusher());
  });

  it('names nothing a client does not accept', async () => {
    expect(await ask(['pusher'])).toEqual(pusher());
    api.sandbox.realtime.provider = 'pusher';
    expect(await ask(['centrifugo', 'carrier pigeon'])).toEqual(centrifugo());
    expect((await ask(['carrier pigeon'])).status).toBe(400);
    expect((await api.call('POST', path, { body: { client } })).status).toBe(400);
  });

  it('answers without a channel too, and 404 for a channel id that does not exist', async () => {
    expect(await ask(['centrifugo'], '/api/v1/realtime/connection')).toEqual(centrifugo());
    const missing = path.replace(String(api.channel.id), String(api.channel.chatroomId));
    expect((await ask(['centrifugo'], missing)).status).toBe(404);
  });

  it('gives a guest a token, a JWT that says how long it is good', async () => {
    const { status, body } = await api.call('POST', '/api/v1/realtime/auth/connection', {
      body: { client_id: client.id },
    });
    const { data, message } = body as { data: { token: string }; message: string };
    expect({ status, message }).toEqual({ status: 200, message: 'success' });
    const payload = Buffer.from(data.token.split('.')[1] ?? '', 'base64url');
    expect(JSON.parse(String(payload))).toEqual({ sub: `guest:${client.id}`, exp: api.now / 1000 + 1800 });
    expect((await api.call('POST', '/api/v1/realtime/auth/connection', { body: {} })).status).toBe(400);
  });

  it('goes wrong on order', async () => {
    const { faults, url } = api.sandbox;
    const ask = () => fetch(`${url}${path}`, { method: 'POST' });
    faults.next('POST /api/v1/realtime/*', cloudflareBlock);
    faults.next('POST /api/v1/realtime/*', { status: 429, retryAfter: 3 });
    faults.next('POST /api/v1/realtime/*', { status: 200, body: { data: { connections: 'none' } } });
    expect((await ask()).headers.get('content-type')).toContain('text/html');
    expect((await ask()).headers.get('retry-after')).toBe('3');
    expect(await (await ask()).json()).toEqual({ data: { connections: 'none' } });
  });
});
