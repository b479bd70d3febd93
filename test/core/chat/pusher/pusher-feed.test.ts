import { describe, expect, it } from 'vitest';
import { feedChannelsOf } from '../../../../src/core/chat/realtime/membership.js';
import { channelNumbered, chatOfOne, one, setUp, two, until } from './setup.js';

describe('a realtime transport over Pusher', () => {
  it('connects with protocol 7 and subscribes to all six channels of a streamer', async () => {
    const { server, ready, states } = await setUp();
    await ready(one);
    expect(server.peer.path).toMatch(/^\/app\/app-key\?protocol=7&client=js&version=8\.[\d.]+&flash=false$/);
    expect([...server.peer.subscribed].sort()).toEqual([
      'channel.1',
      'channel_1',
      'chatroom_101',
      'chatrooms.101',
      'chatrooms.101.v2',
      'predictions-channel-1',
    ]);
    expect(states[0]).toEqual({ name: 'ready' });
    expect(states[1]).toEqual({ name: 'connecting' });
    expect(states).toContainEqual({ name: 'subscribing', confirmed: 5, wanted: 6 });
    expect(states.at(-1)).toEqual({ name: 'ready' });
  });

  it('delivers events with their data as it came, beside the streamer they belong to', async () => {
    const { server, frames, ready } = await setUp();
    await ready(one, two);
    server.publish(chatOfOne, 'App\\Events\\ChatMessageEvent', { id: 'a' });
    server.write(JSON.stringify({ event: 'KicksGifted', channel: 'channel_2', data: [] }));
    server.write(JSON.stringify({ event: 'PollDeleteEvent', channel: chatOfOne }));
    await until(() => frames.length === 3, 'three frames');
    expect(frames).toEqual([
      {
        frame: { event: 'App\\Events\\ChatMessageEvent', channel: chatOfOne, data: '{"id":"a"}' },
        channel: one,
      },
      { frame: { event: 'KicksGifted', channel: 'channel_2', data: [] }, channel: two },
      { frame: { event: 'PollDeleteEvent', channel: chatOfOne }, channel: one },
    ]);
  });

  it('joins and parts while it runs', async () => {
    const { server, frames, transport, ready } = await setUp();
    await ready(one);
    await transport.join(two);
    expect(server.peer.subscribed.size).toBe(12);
    transport.part(one);
    await until(() => server.peer.subscribed.size === 6, 'the unsubscription');
    expect([...server.peer.subscribed].sort()).toEqual([...feedChannelsOf(two)].sort());
    server.publish(chatOfOne, 'late', {});
    server.publish('chatrooms.102.v2', 'good', {});
    await until(() => frames.length > 0, 'a frame');
    expect(frames.map(({ frame }) => frame.event)).toEqual(['good']);
  });

  it('joins what was asked for before it started', async () => {
    const { server, transport, listener } = await setUp();
    const joined = transport.join(one);
    transport.start(listener);
    await joined;
    expect(server.peer.subscribed.size).toBe(6);
  });

  it('gives the same answer to a second join', async () => {
    const { server, transport, ready } = await setUp();
    await ready(one);
    await transport.join(one);
    expect(server.peer.received.filter(({ event }) => event === 'pusher:subscribe')).toHaveLength(6);
  });

  it.each(['chatroomId', 'channelId'] as const)(
    'refuses a channel whose %s is that of another one',
    async (id) => {
      const { server, transport, ready } = await setUp();
      await ready(one);
      const other = { ...channelNumbered(3), [id]: one[id] };
      await expect(transport.join(other)).rejects.toMatchObject({ code: 'channel.ids_clash' });
      transport.part(other);
      await transport.join(two);
      expect(server.peer.subscribed.size).toBe(12);
    },
  );

  it('rejects a join that is parted before it was confirmed', async () => {
    const { server, transport, isIn, listener } = await setUp();
    server.misdeeds.silent = true;
    transport.start(listener);
    const joined = transport.join(one);
    await isIn('subscribing');
    transport.part(one);
    await expect(joined).rejects.toMatchObject({ code: 'channel.parted' });
    await isIn('ready');
  });

  it('answers pings', async () => {
    const { server, ready } = await setUp();
    await ready(one);
    server.write('{"event":"pusher:ping","data":"{}"}');
    await until(() => server.peer.received.some(({ event }) => event === 'pusher:pong'), 'a pong');
  });

  it('tells nobody anything once it is stopped, and can be started again', async () => {
    const { server, states, frames, transport, ready, listener } = await setUp();
    await ready(one);
    const count = states.length;
    server.publish(chatOfOne, 'late', {});
    await transport.stop();
    expect(transport.state).toEqual({ name: 'idle' });
    expect(states).toHaveLength(count);
    expect(frames).toEqual([]);
    expect(server.peer.socket.readyState).not.toBe(server.peer.socket.OPEN);

    transport.start(listener);
    await transport.join(two);
    expect([...server.peer.subscribed].sort()).toEqual([...feedChannelsOf(two)].sort());
  });

  it('does not start twice', async () => {
    const { transport, ready, listener } = await setUp();
    await ready();
    expect(() => transport.start(listener)).toThrow('runs already');
  });

  it('stops while it waits for the next attempt', async () => {
    const { server, clock, transport, isIn, ready } = await setUp();
    await ready(one);
    server.peer.socket.terminate();
    await isIn('backing off');
    await transport.stop();
    expect(clock.pending).toBe(0);
  });
});
