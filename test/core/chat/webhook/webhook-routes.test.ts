import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chatBody, keyPair, openWebhooks, streamer, type Webhooks, type WebhooksOptions } from './setup.js';

const opened: Webhooks[] = [];
afterEach(async () => {
  for (const webhooks of opened.splice(0)) await webhooks.close();
});

async function open(options?: WebhooksOptions) {
  const webhooks = await openWebhooks(options);
  opened.push(webhooks);
  webhooks.start();
  await webhooks.transport.join(streamer);
  return webhooks;
}

describe('POST /webhooks/kick', () => {
  it('hands on what Kick signed: the event, its channel, when it was sent', async () => {
    const { deliver, transport, received, clock } = await open();
    const body = chatBody('héllo \u{1f44b}');
    expect(await deliver({ body })).toBe(200);
    await vi.waitFor(() => expect(received).toHaveLength(1));
    expect(received[0]).toMatchObject({
      channel: 'streamer',
      slug: 'streamer',
      event: 'chat.message.sent',
      data: body,
      sentAt: clock.now(),
      late: false,
    });
    expect(transport.counts).toEqual({ losses: 0, malformed: 0, frames: 1 });
  });

  it('takes posts alone', async () => {
    const { address } = await open();
    const response = await fetch(address);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${address}/more`, { method: 'POST' })).status).toBe(404);
  });

  it('comes by whatever name a proxy has for the bot; its signature counts', async () => {
    const { request, address, transport } = await open();
    const statusAs = async (host: string, path: string, given = request()) => {
      const headers = { ...given.headers, host };
      const asked = httpRequest(new URL(path, address), { method: 'POST', headers });
      asked.end(given.body);
      const [response] = await once(asked, 'response');
      response.resume();
      return response.statusCode;
    };
    expect(await statusAs('kickbot:3000', '/webhooks/kick')).toBe(200);
    expect(await statusAs('bot.example:443', '/webhooks/kick')).toBe(200);
    const forged = request({ key: keyPair().privateKey });
    expect(await statusAs('kickbot:3000', '/webhooks/kick', forged)).toBe(403);
    expect(transport.outcomes).toMatchObject({ accepted: 2, bad_signature: 1 });
    expect(await statusAs('kickbot:3000', '/')).toBe(403);
  });

  it('takes chunked bodies, and JSON nested so deep that only a parser without recursion reads it', async () => {
    const { request, deliver, address, received } = await open();
    const { headers, body } = request();
    const asked = httpRequest(address, { method: 'POST', headers });
    for (const byte of Buffer.from(body)) asked.write(Buffer.of(byte));
    asked.end();
    const [response] = await once(asked, 'response');
    expect(response.statusCode).toBe(200);
    response.resume();
    const deep = `{"broadcaster":{"user_id":1001},"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(await deliver({ body: deep })).toBe(200);
    expect(await deliver({ body: '{"__proto__":{"broadcaster":{"user_id":1001}}}' })).toBe(200);
    await vi.waitFor(() => expect(received).toHaveLength(2));
  });

  it('answers 400 where a header is missing, too long or no date', async () => {
    const { request, address, transport, received } = await open();
    const { headers } = request();
    const wrong = [
      ...Object.keys(headers)
        .filter((name) => /^kick-event-(?!subscription)/.test(name))
        .map((name) => [name, '']),
      ['kick-event-message-id', 'x'.repeat(65)],
      ['kick-event-signature', 'x'.repeat(1025)],
      ['kick-event-message-timestamp', 'yesterday'],
    ] as const;
    for (const [name, value] of wrong) {
      const given = request();
      const response = await fetch(address, {
        ...given,
        headers: { ...given.headers, [name ?? '']: value ?? '' },
      });
      expect(response.status, name).toBe(400);
    }
    expect(transport.outcomes.bad_headers).toBe(wrong.length);
    expect(received).toEqual([]);
  });

  it('takes bodies of up to 256 kB, which are larger than those of other requests', async () => {
    const { deliver, transport } = await open();
    expect(await deliver({ body: chatBody('x'.repeat(250 * 1024)) })).toBe(200);
    expect(await deliver({ body: chatBody('x'.repeat(257 * 1024)) })).toBe(413);
    expect(transport.outcomes).toMatchObject({ accepted: 1, too_large: 1 });
  });

  it('does not handle what Kick signed for other channels, or what is no event', async () => {
    const { deliver, transport, received } = await open();
    expect(await deliver({ body: chatBody('hello', 2002) })).toBe(200);
    for (const body of ['{', '[]', 'null', '{"broadcaster":null}', '{"broadcaster":{"user_id":"x"}}']) {
      expect(await deliver({ body })).toBe(200);
    }
    expect(transport.outcomes).toMatchObject({ unknown_channel: 1, unreadable: 5, accepted: 0 });
    expect(transport.counts.malformed).toBe(5);
    expect(received).toEqual([]);
  });

  it('has no line in the log for what is not from Kick', async () => {
    const { deliver, logger, transport, address, request } = await open();
    logger.lines.length = 0;
    for (const headers of [{ 'kick-event-signature': 'AAAA' }, { 'kick-event-type': '' }]) {
      await deliver({ headers });
    }
    const headers = { ...request().headers, 'content-length': 100, expect: '100-continue' };
    const asked = httpRequest(address, { method: 'POST', headers });
    asked.on('error', () => undefined);
    asked.flushHeaders();
    await once(asked, 'continue');
    asked.destroy();
    await vi.waitFor(() => expect(transport.outcomes.cut_off).toBe(1));
    expect(transport.outcomes).toMatchObject({ bad_signature: 1, bad_headers: 1 });
    expect(logger.lines).toEqual([]);
  });
});
