import { describe, expect, it, vi } from 'vitest';
import { courteous, FakeCentrifugo } from './fake-centrifugo.js';
import { setUp } from './setup.js';

const chat = 'chatrooms.101.v2';
const push = (content: object) => JSON.stringify({ push: content });
const publication = (data: unknown, channel: unknown = chat) => push({ channel, pub: { data } } as object);

describe('a connection to Centrifugo', () => {
  it('connects with its token, subscribes and unsubscribes, each command with an id of its own', async () => {
    const { server, listener, feed, established } = await setUp();
    await established();
    feed.subscribe(chat);
    feed.unsubscribe('chatroom_101');
    feed.subscribe('channel_1');
    await vi.waitFor(() => expect(listener.told).toHaveLength(3));
    expect(server.received).toEqual([
      { id: 1, connect: { token: 'first-token', name: 'js' } },
      { id: 2, subscribe: { channel: chat } },
      { id: 3, unsubscribe: { channel: 'chatroom_101' } },
      { id: 4, subscribe: { channel: 'channel_1' } },
    ]);
    expect(listener.told).toEqual([['established'], ['acknowledged', chat], ['acknowledged', 'channel_1']]);
  });

  it('hands over event and data of a publication, whether the data is a text or an object', async () => {
    const { listener, established, say } = await setUp();
    await established();
    const event = 'App\\Events\\ChatMessageEvent';
    await say(publication({ event, data: '{"id":"1"}' }));
    await say(publication({ event: 'GoalProgressUpdateEvent', data: { id: 2 } }, 'channel_1'));
    expect(listener.frames).toEqual([
      { channel: chat, event, data: '{"id":"1"}' },
      { channel: 'channel_1', event: 'GoalProgressUpdateEvent', data: { id: 2 } },
    ]);
  });

  it('reads several objects in one frame, a line each, empty lines between them', async () => {
    const { listener, established, say } = await setUp();
    await established();
    await say(
      [1, 2, 3]
        .map((data) => publication({ event: 'e', data }))
        .join('\n\n')
        .concat('\n'),
    );
    expect(listener.frames.map(({ data }) => data)).toEqual([1, 2, 3]);
    expect(listener.malformedFrames).toBe(0);
  });

  it('answers a ping, and has heard it', async () => {
    const { server, feed, established } = await setUp();
    await established();
    expect(feed.takeHeard()).toBe(true);
    expect(feed.takeHeard()).toBe(false);
    server.socket.send('{}');
    await vi.waitFor(() => expect(server.received.at(-1)).toEqual({}));
    expect(feed.takeHeard()).toBe(true);
  });

  it('hears a server that never pings when it is probed', async () => {
    const { feed, established } = await setUp();
    await established();
    feed.takeHeard();
    feed.probe();
    await vi.waitFor(() => expect(feed.takeHeard()).toBe(true));
  });

  it.each([
    ['refused', { code: 103, message: 'permission denied' }, ['refused', chat, '103 "permission denied"']],
    ['refused', { code: 100, temporary: true }, ['refused', chat, '100']],
    ['acknowledged', { code: 105, message: 'already subscribed' }, ['acknowledged', chat]],
  ])('is told that a subscription is %s by %j', async (_, error, told) => {
    const answer = ({ id, ...command }: Parameters<typeof courteous>[0]) =>
      'subscribe' in command ? { id, error } : courteous({ id: id as number, ...command });
    const { listener, feed, established } = await setUp((server) => Object.assign(server, { answer }));
    await established();
    feed.subscribe(chat);
    await vi.waitFor(() => expect(listener.told[1]).toEqual(told));
  });

  it('is told that a subscription was taken back', async () => {
    const { listener, established, say } = await setUp();
    await established();
    await say(push({ channel: chat, unsubscribe: { code: 2500, reason: 'insufficient state' } }));
    expect(listener.told[1]).toEqual(['refused', chat, '2500 "insufficient state"']);
    expect(listener.losses).toEqual([]);
  });

  it('reports complaints about other commands, and goes on', async () => {
    const { listener, established, say } = await setUp();
    await established();
    await say('{"id":77,"error":{"code":108,"message":"not available"}}');
    expect(listener.told[1]).toEqual(['complained', '108 "not available"']);
    expect(listener.losses).toEqual([]);
  });

  it('tells nothing after it was closed, whatever still comes', async () => {
    const { server, listener, feed, established } = await setUp();
    await established();
    const { socket } = server;
    feed.close();
    socket.send(publication({ event: 'late', data: '' }));
    await feed.gone;
    expect(listener.frames).toEqual([]);
    expect(listener.losses).toEqual([]);
  });

  it('throws for an address that is none', async () => {
    const { feed, listener } = await setUp();
    const { CentrifugoFeed } = await import('../../../../src/core/chat/centrifugo/centrifugo-feed.js');
    const address = { url: 'no address' } as ConstructorParameters<typeof CentrifugoFeed>[0];
    expect(() => new CentrifugoFeed(address, listener)).toThrow(SyntaxError);
    feed.close();
  });
});

describe("Centrifugo's token", () => {
  it('is replaced when three quarters of its time are over, time and again', async () => {
    const { server, clock, listener, freshToken, established } = await setUp();
    await established();
    clock.advance(74_999);
    expect(freshToken).not.toHaveBeenCalled();
    clock.advance(1);
    await vi.waitFor(() => expect(server.received[1]).toEqual({ id: 2, refresh: { token: 'second-token' } }));
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    clock.advance(75_000);
    await vi.waitFor(() => expect(server.received).toHaveLength(3));
    expect(listener.told).toEqual([['established']]);
  });

  it('is asked for again, sooner, when there was none', async () => {
    const { server, clock, listener, freshToken, established } = await setUp();
    await established();
    freshToken.mockRejectedValueOnce(new Error('No token.'));
    clock.advance(75_000);
    await vi.waitFor(() => expect(listener.told[1]).toEqual(['complained', 'No token.']));
    clock.advance(18_750);
    await vi.waitFor(() => expect(server.received[1]).toHaveProperty('refresh'));
  });

  it.each([
    ['goes on after a passing error', { code: 100, message: 'internal', temporary: true }, undefined],
    [
      'ends the connection when it is refused',
      { code: 109, message: 'token expired' },
      { isSlow: false, isOutdated: true, reason: 'the new token was refused with 109 "token expired"' },
    ],
  ])('%s', async (_, error, loss) => {
    const answer = ({ id, ...command }: Parameters<typeof courteous>[0]) =>
      'refresh' in command ? { id, error } : courteous({ id: id as number, ...command });
    const { server, clock, listener, established } = await setUp((fake) => Object.assign(fake, { answer }));
    await established();
    clock.advance(75_000);
    await vi.waitFor(() => expect(listener.told[1]?.[0]).toBe('complained'));
    if (loss) expect(listener.losses).toMatchObject([loss]);
    else {
      clock.advance(18_750);
      await vi.waitFor(() => expect(server.received).toHaveLength(3));
    }
  });

  it('is never shown, even where the server quotes it', async () => {
    const { server, lost } = await setUp((fake) => {
      fake.answer = ({ id }) => ({ id, error: { code: 101, message: 'bad token first-token' } });
    });
    expect((await lost())?.reason).toBe('refused with 101 "bad token [secret]"');
    expect(server.received).toHaveLength(1);
  });
});

describe('D51 what the end of a connection to Centrifugo means', () => {
  const passing = { isSlow: false, isRestart: false, isOutdated: false, advice: undefined };
  const restart = { ...passing, isRestart: true };
  const token = { ...passing, isOutdated: true };
  const advice = expect.stringContaining('chat.transports');
  const final = { isSlow: true, isRestart: false, isOutdated: true, advice };

  it.each([
    [1000, passing],
    [1001, restart],
    [1011, passing],
    [1012, restart],
    [3000, passing],
    [3001, restart],
    [3011, restart],
    [3012, passing],
    [3005, token],
    [3500, token],
    [3503, final],
    [3999, final],
    [4000, passing],
    [4499, passing],
    [4500, final],
    [4999, final],
  ])('by the code %i, closed or pushed', async (code, loss) => {
    const one = await setUp();
    await one.established();
    one.server.socket.close(code, 'by the test');
    expect(await one.lost()).toEqual({ ...loss, reason: `closed with ${code} "by the test"` });

    const other = await setUp();
    await other.established();
    other.server.socket.send(push({ disconnect: { code, reason: 'by the test' } }));
    expect(await other.lost()).toEqual({ ...loss, reason: `disconnected with ${code} "by the test"` });
    await other.feed.gone;
    expect(other.listener.losses).toHaveLength(1);
  });

  it.each([
    [{ code: 109, message: 'token expired' }, token],
    [{ code: 103, message: 'permission denied' }, final],
    [{ code: 111, message: 'too many requests', temporary: true }, passing],
  ])('by the error %j in place of a greeting', async (error, loss) => {
    const { listener, lost } = await setUp((server) => {
      server.answer = ({ id }) => ({ id, error });
    });
    expect(await lost()).toEqual({ ...loss, reason: `refused with ${error.code} "${error.message}"` });
    expect(listener.told).toEqual([]);
  });

  it.each([
    [403, true],
    [429, true],
    [502, false],
  ])('D54 by the status %i at the upgrade', async (status, isSlow) => {
    const { feed, lost } = await setUp((server) => {
      server.refuseUpgrades = status;
    });
    const reason = expect.stringContaining(`with status ${status} and a page`);
    expect(await lost()).toMatchObject({ reason, isSlow, isOutdated: false });
    await feed.gone;
  });

  it('D47 by a reset, and D58 by a frame of 5 MB', async () => {
    const reset = await setUp();
    await reset.established();
    reset.server.socket.terminate();
    expect(await reset.lost()).toEqual({ ...passing, reason: 'closed with 1006' });

    const huge = await setUp();
    await huge.established();
    huge.server.socket.send('x'.repeat(5_000_000));
    expect(await huge.lost()).toMatchObject({ isSlow: false, reason: 'Max payload size exceeded' });
  });

  it('by nobody being there', async () => {
    const server = await FakeCentrifugo.listen();
    const { url } = server;
    await server.close();
    const { lost } = await setUp((fake) => Object.defineProperty(fake, 'url', { value: url }));
    expect(await lost()).toMatchObject({ isSlow: false, reason: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('D57 frames that are no protocol', () => {
  it.each([
    'not json',
    '[]',
    '42',
    'null',
    '"text"',
    '{"push":5}',
    '{"push":{"channel":5,"pub":{}}}',
    '{"push":{"channel":"c","pub":{}}}',
    '{"push":{"channel":"c","pub":{"data":[]}}}',
    '{"push":{"channel":"c","pub":{"data":{"event":5}}}}',
    '{"id":"2"}',
    '{"__proto__":{"push":{}}}',
    '{"push":',
  ])('%s is left out and counted, and the next one arrives', async (text) => {
    const { listener, established, say } = await setUp();
    await established();
    await say(text);
    expect(listener.malformedFrames).toBe(1);
    expect(listener.losses).toEqual([]);
  });

  it('channels and events called __proto__ or constructor are names like others', async () => {
    const { listener, established, say } = await setUp();
    await established();
    await say(publication({ event: '__proto__', data: 'x' }, 'constructor'));
    await say(
      '{"push":{"channel":"__proto__","pub":{"data":{"event":"constructor","__proto__":{"data":1}}}}}',
    );
    expect(listener.frames).toEqual([
      { channel: 'constructor', event: '__proto__', data: 'x' },
      { channel: '__proto__', event: 'constructor', data: undefined },
    ]);
    expect(({} as { data?: unknown }).data).toBeUndefined();
  });

  it('a greeting that is none is left out, a second one is ignored', async () => {
    const { server, listener, established, say } = await setUp((fake) => {
      fake.answer = () => '{"id":1,"connect":"yes"}';
    });
    await vi.waitFor(() => expect(listener.malformedFrames).toBe(1));
    expect(listener.told).toEqual([]);
    server.socket.send('{"id":1,"connect":{}}');
    await established();
    await say('{"id":1,"connect":{}}');
    expect(listener.told).toEqual([['established']]);
  });

  it('binary frames are left out', async () => {
    const { server, listener, established, say } = await setUp();
    await established();
    server.socket.send(Buffer.from('{}'));
    await say('');
    expect(listener.malformedFrames).toBe(1);
  });
});
