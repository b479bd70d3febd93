import { afterEach, describe, expect, it, vi } from 'vitest';
import { webhookEvents } from '../../../../src/core/kick/event-subscriptions.js';
import { KickApiError, RateLimitedError } from '../../../../src/core/kick/kick-api-error.js';
import { KickbotError } from '../../../../src/core/primitives/error.js';
import {
  channelOf,
  FakeSubscriptions,
  openWebhooks,
  streamer,
  type Webhooks,
  type WebhooksOptions,
} from './setup.js';

const opened: Webhooks[] = [];
afterEach(async () => {
  for (const webhooks of opened.splice(0)) await webhooks.close();
});

async function open(options?: WebhooksOptions) {
  const webhooks = await openWebhooks(options);
  opened.push(webhooks);
  return webhooks;
}

const minute = 60_000;
const isReady = ({ transport }: Webhooks) =>
  vi.waitFor(() => expect(transport.state).toEqual({ name: 'ready' }));
const other = channelOf('other', 2002);
const tenOf = (id: number) => webhookEvents.map((event) => `${id} ${event}`).toSorted();
const warnings = ({ logger }: Webhooks) =>
  logger.lines.filter(([level]) => level === 'warn').map(([, line]) => line);

describe('the webhooks of a channel', () => {
  it('are subscribed when it is joined, all ten with one request, and then it is received', async () => {
    const webhooks = await open();
    const { transport, subscriptions, clock } = webhooks;
    expect(transport.state).toEqual({ name: 'idle' });
    webhooks.start();
    expect(transport.receivedSince(streamer)).toBeUndefined();
    await Promise.all([transport.join(streamer), transport.join(other)]);
    expect(subscriptions.names).toEqual([...tenOf(1001), ...tenOf(2002)].toSorted());
    expect(subscriptions.calls).toEqual(['list', 'create 1001 10', 'create 2002 10']);
    expect(transport.receivedSince(streamer)).toBe(clock.now());
    await isReady(webhooks);
  });

  it('are left as they are where they exist, and made where one is missing', async () => {
    const webhooks = await open();
    for (const event of webhookEvents.slice(1)) webhooks.subscriptions.add(streamer.broadcasterUserId, event);
    webhooks.start();
    await webhooks.transport.join(streamer);
    expect(webhooks.subscriptions.calls).toEqual(['list', 'create 1001 1']);
    expect(webhooks.subscriptions.names).toEqual(tenOf(1001));
  });

  it('are not subscribed twice: what is there twice is taken away', async () => {
    const webhooks = await open();
    webhooks.subscriptions.add(streamer.broadcasterUserId, 'kicks.gifted');
    webhooks.subscriptions.add(streamer.broadcasterUserId, 'kicks.gifted');
    webhooks.start();
    await webhooks.transport.join(streamer);
    expect(webhooks.subscriptions.calls).toEqual(['list', 'delete 1', 'create 1001 9']);
  });

  it('are not made again while the list leaves out what was just made', async () => {
    const webhooks = await open();
    const { transport, subscriptions, clock } = webhooks;
    subscriptions.isListed = () => false;
    webhooks.start();
    await transport.join(streamer);
    await transport.join(other);
    expect(subscriptions.calls).toEqual(['list', 'create 1001 10', 'list', 'create 2002 10']);
    await isReady(webhooks);
    clock.advance(4 * minute);
    await webhooks.deliver();
    clock.advance(minute);
    // The one of which an event came exists.
    await vi.waitFor(() =>
      expect(subscriptions.calls.slice(4)).toEqual(['list', 'create 1001 9', 'create 2002 10']),
    );
  });

  it('are taken away when it is left', async () => {
    const webhooks = await open();
    const { transport, subscriptions } = webhooks;
    webhooks.start();
    await Promise.all([transport.join(streamer), transport.join(other)]);
    transport.part(other);
    await vi.waitFor(() => expect(subscriptions.names).toEqual(tenOf(1001)));
    expect(await webhooks.deliver({ body: { broadcaster: { user_id: 2002 } } })).toBe(200);
    expect(transport.outcomes).toMatchObject({ unknown_channel: 1, accepted: 0 });
    await transport.join(other);
    expect(subscriptions.names).toEqual([...tenOf(1001), ...tenOf(2002)].toSorted());
  });

  it('are taken away of channels served in earlier runs, and of those alone', async () => {
    const webhooks = await open();
    const { transport, subscriptions, clock, database } = webhooks;
    const ids = { channel_id: 1, chatroom_id: 1, resolved_at: 1 };
    await database
      .insertInto('channels')
      .values([
        { slug: 'other', broadcaster_user_id: 2002, ...ids },
        { slug: 'streamer', broadcaster_user_id: 1001, ...ids },
      ])
      .execute();
    for (const event of webhookEvents) subscriptions.add(other.broadcasterUserId, event);
    const strangers = subscriptions.add(channelOf('strangers', 3003).broadcasterUserId, 'kicks.gifted');
    webhooks.start();
    await transport.join(streamer);
    // At the start not all channels may be joined yet.
    expect(subscriptions.calls).toEqual(['list', 'create 1001 10']);
    await isReady(webhooks);
    clock.advance(5 * minute);
    await vi.waitFor(() => expect(subscriptions.names).toEqual([...tenOf(1001), `3003 ${strangers.event}`]));
    // Another installation may serve the channel by now.
    subscriptions.add(other.broadcasterUserId, 'kicks.gifted');
    await isReady(webhooks);
    clock.advance(5 * minute);
    await vi.waitFor(() => expect(subscriptions.calls.slice(4)).toEqual(['list']));
    expect(subscriptions.names).toContain('2002 kicks.gifted');
  });

  it('E74 are made again within five minutes where Kick took one away, and the span that was missed is told', async () => {
    const webhooks = await open();
    const { transport, subscriptions, clock } = webhooks;
    webhooks.start();
    await transport.join(streamer);
    await isReady(webhooks);
    const joinedAt = clock.now();
    subscriptions.all.pop();
    clock.advance(5 * minute);
    await vi.waitFor(() => expect(subscriptions.names).toEqual(tenOf(1001)));
    await vi.waitFor(() => expect(webhooks.missed).toHaveLength(1));
    expect(webhooks.missed).toEqual([
      { channel: streamer, from: joinedAt, to: clock.now(), reason: expect.any(String) },
    ]);
    expect(transport.receivedSince(streamer)).toBe(joinedAt);
    expect(transport.counts.losses).toBe(1);
  });

  it('E74 tell what was missed of the chat, though another event is refused all the time', async () => {
    const webhooks = await open();
    const { transport, subscriptions, clock, missed } = webhooks;
    subscriptions.refuse = (event) => (event === 'kicks.gifted' ? 'not now' : undefined);
    webhooks.start();
    await transport.join(streamer);
    await vi.waitFor(() => expect(transport.state.name).toBe('degraded'));
    const joinedAt = clock.now();
    subscriptions.all = subscriptions.all.filter(({ event }) => event !== 'chat.message.sent');
    clock.advance(5 * minute);
    await vi.waitFor(() => expect(missed).toMatchObject([{ from: joinedAt, to: clock.now() }]));
    expect(transport.receivedSince(streamer)).toBe(clock.now());
  });

  it('that Kick never lists and has all the same, by their ids, were not missed', async () => {
    const webhooks = await open();
    const { transport, subscriptions, clock, missed } = webhooks;
    subscriptions.isListed = () => false;
    subscriptions.isKept = true;
    webhooks.start();
    await transport.join(streamer);
    await isReady(webhooks);
    clock.advance(5 * minute);
    await vi.waitFor(() => expect(subscriptions.calls).toHaveLength(4));
    await isReady(webhooks);
    expect(missed).toEqual([]);
  });

  it('are made anew when the channel is silent', async () => {
    const webhooks = await open();
    const { transport, subscriptions } = webhooks;
    webhooks.start();
    await transport.join(streamer);
    const before = subscriptions.all.map(({ id }) => id);
    transport.renew(streamer);
    await vi.waitFor(() => {
      expect(subscriptions.calls).toEqual(['list', 'create 1001 10', 'list', 'delete 10', 'create 1001 10']);
    });
    await isReady(webhooks);
    expect(subscriptions.all.filter(({ id }) => before.includes(id))).toEqual([]);
  });

  it('are looked at again a minute after a refused token; the log says it once, and once that it is over', async () => {
    const webhooks = await open();
    const { transport, subscriptions, clock, logger } = webhooks;
    subscriptions.failure = new KickApiError('kick.unauthorized', 'Kick refused the access token.', {
      status: 401,
    });
    webhooks.start();
    const joined = transport.join(streamer);
    await vi.waitFor(() => {
      expect(transport.state).toMatchObject({ name: 'backing off', retryInMs: minute });
    });
    for (const tries of [2, 3]) {
      clock.advance(minute);
      await vi.waitFor(() => expect(subscriptions.calls).toHaveLength(tries));
    }
    await vi.waitFor(() => expect(clock.pending).toBeGreaterThan(1));
    expect(warnings(webhooks)).toEqual([expect.stringContaining('Kick refused the access token.')]);
    subscriptions.failure = undefined;
    await vi.waitFor(async () => {
      clock.advance(minute);
      expect(subscriptions.names).toEqual(tenOf(1001));
    });
    await joined;
    await vi.waitFor(() => {
      expect(logger.lines.at(-1)).toEqual(['info', 'All webhook subscriptions exist now.']);
    });
  });

  it('may fail for one event and work for the others', async () => {
    const webhooks = await open();
    const { transport, subscriptions, clock } = webhooks;
    subscriptions.refuse = (event) => (event === 'kicks.gifted' ? 'not\nnow' : undefined);
    webhooks.start();
    const joined = transport.join(streamer);
    await vi.waitFor(() => {
      expect(transport.state).toEqual({ name: 'degraded', unconfirmed: ['streamer kicks.gifted'] });
    });
    expect(warnings(webhooks)).toEqual([
      'Kick did not subscribe this app to kicks.gifted of streamer: not now',
    ]);
    expect(await webhooks.deliver()).toBe(200);
    subscriptions.refuse = () => undefined;
    clock.advance(5 * minute);
    await joined;
    await isReady(webhooks);
  });

  it.each([
    ['its chat alone is refused', (event: string) => (event === 'chat.message.sent' ? 'no' : undefined)],
    ['another event is refused', (event: string) => (event === 'kicks.gifted' ? 'no' : undefined)],
    [
      'all of it is refused',
      () => new KickApiError('kick.forbidden', 'The scope events:subscribe is missing.'),
    ],
  ])('keep no bot from starting where %s for good; the log says it once', async (_, refuse) => {
    const webhooks = await open();
    const { transport, subscriptions, clock } = webhooks;
    subscriptions.refuse = refuse;
    webhooks.start();
    await transport.join(streamer);
    await vi.waitFor(() => expect(transport.state.name).toBe('degraded'));
    for (const lists of [2, 3]) {
      clock.advance(5 * minute);
      await vi.waitFor(() => {
        expect(subscriptions.calls.filter((call) => call === 'list')).toHaveLength(lists);
        expect(clock.pending).toBe(2);
      });
    }
    expect(warnings(webhooks)).toHaveLength(1);
  });

  it('keep no bot from starting where no token will ever do', async () => {
    const webhooks = await open();
    const { transport, subscriptions } = webhooks;
    subscriptions.failure = new KickbotError('auth.invalid_client', 'Kick does not know this app.');
    webhooks.start();
    await transport.join(streamer);
    expect(warnings(webhooks)).toEqual([expect.stringContaining('Kick does not know this app.')]);
  });

  it('are waited for while Kick is out of reach', async () => {
    const webhooks = await open();
    const { transport, subscriptions, clock } = webhooks;
    subscriptions.failure = new KickApiError('kick.unavailable', 'Kick is away.');
    webhooks.start();
    let isJoined = false;
    const joined = transport.join(streamer).then(() => {
      isJoined = true;
    });
    await vi.waitFor(() => expect(transport.state.name).toBe('backing off'));
    expect(isJoined).toBe(false);
    subscriptions.failure = undefined;
    clock.advance(minute);
    await joined;
  });

  it('of one channel may be refused without keeping the next from its own', async () => {
    const webhooks = await open();
    const { transport, subscriptions, logger, clock } = webhooks;
    const banned = new KickApiError('kick.not_found', 'Kick has nothing there.', { status: 404 });
    subscriptions.refuseChannel = (id) => (id === 1001 ? banned : undefined);
    webhooks.start();
    await Promise.all([transport.join(streamer), transport.join(other)]);
    expect(subscriptions.names).toEqual(tenOf(2002));
    await vi.waitFor(() => expect(transport.state.name).toBe('degraded'));
    expect(warnings(webhooks)).toEqual([
      'The webhooks of streamer cannot be subscribed: Kick has nothing there.',
    ]);

    // Another trouble comes and goes meanwhile, twice, in other words each time.
    for (const away of ['timeout', 'reset']) {
      subscriptions.failure = new KickApiError('kick.unavailable', away);
      clock.advance(5 * minute);
      await vi.waitFor(() => expect(transport.state.name).toBe('backing off'));
      clock.advance(minute);
      await vi.waitFor(() => expect(clock.pending).toBe(2));
      subscriptions.failure = undefined;
      clock.advance(minute);
      await vi.waitFor(() => expect(transport.state.name).toBe('degraded'));
    }
    expect(logger.lines.slice(1)).toEqual([
      ['warn', 'The webhook subscriptions could not be checked: timeout'],
      ['info', 'The webhook subscriptions can be checked again.'],
      ['warn', 'The webhook subscriptions could not be checked: reset'],
      ['info', 'The webhook subscriptions can be checked again.'],
    ]);
  });

  it('leave Kick alone for as long as it wants, whatever is joined meanwhile', async () => {
    const webhooks = await open();
    const { transport, subscriptions, clock } = webhooks;
    subscriptions.failure = new RateLimitedError('Kick wants to be left alone.', 3 * minute);
    webhooks.start();
    const joined = [transport.join(streamer)];
    await vi.waitFor(() => expect(transport.state).toMatchObject({ retryInMs: 3 * minute }));
    subscriptions.failure = undefined;
    joined.push(transport.join(other));
    clock.advance(2 * minute);
    await new Promise(setImmediate);
    expect(subscriptions.calls).toEqual(['list']);
    clock.advance(minute);
    await Promise.all(joined);
  });

  it('say what to do where Kick lets the app have no more, and the other events come all the same', async () => {
    const webhooks = await open();
    const { transport, subscriptions } = webhooks;
    const limit = new KickApiError('kick.invalid_request', 'It said "event subscription limit reached".', {
      status: 400,
    });
    subscriptions.refuse = (event) => (event === 'chat.message.sent' ? limit : undefined);
    webhooks.start();
    transport.join(streamer).catch(() => undefined);
    transport.join(other).catch(() => undefined);
    await vi.waitFor(() => {
      expect(transport.state).toEqual({
        name: 'degraded',
        unconfirmed: ['streamer chat.message.sent', 'other chat.message.sent'],
      });
    });
    // The second channel's chat is not asked for any more in this round.
    expect(subscriptions.calls.slice(-1)).toEqual(['create 2002 9']);
    expect(warnings(webhooks)).toEqual([expect.stringContaining('1,000 until Kick has verified it')]);
  });

  it("are subscribed with the broadcaster's own account where there is no client secret", async () => {
    const own = new FakeSubscriptions();
    const webhooks = await open({
      access: { app: undefined, owner: async ({ slug }) => (slug === 'streamer' ? own : undefined) },
    });
    webhooks.start();
    await webhooks.transport.join(streamer);
    expect(own.names).toEqual(tenOf(1001));
    webhooks.transport.join(other).catch(() => undefined);
    await vi.waitFor(() => {
      expect(warnings(webhooks)).toEqual([
        expect.stringContaining(
          "set kick.clientSecret, or run 'kickbot login --type channel --account other'",
        ),
      ]);
    });
  });

  it('stay when the bot stops; whoever waits for a channel is told', async () => {
    const webhooks = await open();
    const { transport, subscriptions } = webhooks;
    webhooks.start();
    await transport.join(streamer);
    subscriptions.failure = new Error('Kick is away.');
    const joined = transport.join(other);
    await transport.stop();
    await expect(joined).rejects.toMatchObject({ code: 'channel.parted' });
    expect(subscriptions.names).toEqual(tenOf(1001));
    expect(await webhooks.deliver()).toBe(503);
    expect(transport.state).toEqual({ name: 'idle' });
  });

  it('let a bot stop while Kick does not answer', async () => {
    const webhooks = await open();
    const { transport, subscriptions } = webhooks;
    let answer = (): void => undefined;
    subscriptions.answering = () => new Promise<void>((resolve) => (answer = resolve));
    webhooks.start();
    const joined = transport.join(streamer);
    await vi.waitFor(() => expect(subscriptions.calls).toEqual(['list']));
    await transport.stop();
    await expect(joined).rejects.toMatchObject({ code: 'channel.parted' });
    answer();
    await new Promise(setImmediate);
    expect(subscriptions.calls).toEqual(['list']);
    expect(webhooks.states).toEqual([{ name: 'connecting' }]);
  });
});
