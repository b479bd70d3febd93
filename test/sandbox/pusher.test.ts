import { once } from 'node:events';
import { type Channel, type Sandbox, startSandbox } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PusherClient } from './pusher-client.js';

let sandbox: Sandbox;
let channel: Channel;

beforeEach(async () => {
  sandbox = await startSandbox({ clock: () => Date.UTC(2026, 10, 22) });
  channel = sandbox.world.createChannel({ owner: 'streamer' });
});

afterEach(() => sandbox.close());

describe('the handshake', () => {
  it('comes first, with data encoded twice and an activity timeout (protocol 7)', async () => {
    const client = await PusherClient.open(sandbox);
    const { event, data } = await client.next();
    expect(event).toBe('pusher:connection_established');
    expect(JSON.parse(String(data))).toEqual({
      socket_id: expect.stringMatching(/^\d+\.\d+$/),
      activity_timeout: 120,
    });
  });

  it.each([
    [4001, '/app/wrong?protocol=7'],
    [4005, '/app/'],
    [4005, '/app/kicksandbox/more?protocol=7'],
    [4006, '/app/kicksandbox?protocol=x'],
    [4007, '/app/kicksandbox?protocol=3'],
    [4007, '/app/kicksandbox?protocol=8'],
    [4008, '/app/kicksandbox'],
  ])('is refused with %i on %s, told in band too', async (code, path) => {
    const client = new PusherClient(sandbox, path);
    expect(await client.next()).toMatchObject({ event: 'pusher:error', data: { code } });
    expect(await client.closed).toBe(code);
    expect(sandbox.feed.connections).toBe(0);
  });

  it.each(['/elsewhere', '/apple/kicksandbox?protocol=7', '//'])(
    'exists on /app only, not on %s',
    async (path) => {
      const client = new PusherClient(sandbox, path);
      const [error] = await once(client.socket, 'error');
      expect(String(error)).toContain('404');
    },
  );
});

describe('a connection', () => {
  it('subscribes, hears the channel, and unsubscribes', async () => {
    const client = await PusherClient.ready(sandbox);
    const room = `chatrooms.${channel.chatroomId}.v2`;
    client.subscribe(room);
    expect(await client.next()).toEqual({
      event: 'pusher_internal:subscription_succeeded',
      channel: room,
      data: '{}',
    });
    const { id } = sandbox.world.say({ channel, user: 'streamer', content: 'one' });
    const heard = await client.next();
    expect(heard).toMatchObject({ event: 'App\\Events\\ChatMessageEvent', channel: room });
    expect(JSON.parse(String(heard.data))).toMatchObject({ id, content: 'one' });

    client.send({ event: 'pusher:unsubscribe', data: { channel: room } });
    expect(await client.ping()).toEqual({ event: 'pusher:pong', data: '{}' });
    sandbox.world.say({ channel, user: 'streamer', content: 'two' });
    expect(await client.ping()).toMatchObject({ event: 'pusher:pong' });
    expect(sandbox.feed.subscribers(room)).toBe(0);
  });

  it('subscribes to channels that do not exist, and hears nothing of others', async () => {
    const client = await PusherClient.ready(sandbox);
    await client.subscribed('chatrooms.999999.v2');
    sandbox.world.say({ channel, user: 'streamer', content: 'hello' });
    expect(await client.ping()).toMatchObject({ event: 'pusher:pong' });
  });

  it('may carry the data of its own frames as text', async () => {
    const client = await PusherClient.ready(sandbox);
    client.send({ event: 'pusher:subscribe', data: JSON.stringify({ channel: 'chatrooms.1.v2', auth: '' }) });
    expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded' });
  });

  it.each([
    ['a second subscription', { event: 'pusher:subscribe', data: { channel: 'chatrooms.1.v2' } }, null],
    ['a channel name with a space', { event: 'pusher:subscribe', data: { channel: 'a b' } }, null],
    ['a frame without an event', { data: {} }, null],
    ['an event of its own', { event: 'client-typing', channel: 'chatrooms.1.v2', data: {} }, 4301],
  ])('is told by pusher:error of %s, and lives on', async (_, frame, code) => {
    const client = await PusherClient.ready(sandbox);
    await client.subscribed('chatrooms.1.v2');
    client.send(frame);
    expect(await client.next()).toEqual({
      event: 'pusher:error',
      data: { code, message: expect.any(String) },
    });
    expect(await client.ping()).toMatchObject({ event: 'pusher:pong' });
  });

  it('is told by pusher:error of text that is no JSON', async () => {
    const client = await PusherClient.ready(sandbox);
    client.socket.send('{');
    expect(await client.next()).toMatchObject({ event: 'pusher:error' });
  });

  it('may not subscribe to private channels', async () => {
    const client = await PusherClient.ready(sandbox);
    client.subscribe('private-chatroom_1');
    const { event, data } = await client.next();
    expect(event).toBe('pusher:subscription_error');
    expect(JSON.parse(String(data))).toMatchObject({ type: 'AuthError', status: 401 });
  });

  it('ends when its reader does not read, before what waits for it fills the memory', async () => {
    const stuck = await PusherClient.ready(sandbox);
    await stuck.subscribed(`chatrooms.${channel.chatroomId}.v2`);
    stuck.socket.pause();
    const content = 'a'.repeat(500);
    for (let megabytes = 0; megabytes < 40 && sandbox.feed.connections > 0; megabytes += 1) {
      for (let said = 0; said < 1000; said += 1) sandbox.world.say({ channel, user: 'streamer', content });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sandbox.feed.connections).toBe(0);
    stuck.socket.terminate();
  });

  it('is counted while it is open', async () => {
    const client = await PusherClient.ready(sandbox);
    expect(sandbox.feed).toMatchObject({ connections: 1, handshakes: 1 });
    client.socket.close();
    await client.closed;
    await expect.poll(() => sandbox.feed.connections).toBe(0);
  });
});
