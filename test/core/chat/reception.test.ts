import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { History } from '../../../src/core/chat/history.js';
import type { KickEvent } from '../../../src/core/events/kick-event.js';
import type { HttpRequest } from '../../../src/core/kick/http-exchange.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FixedRandom } from '../../support/fixed-random.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import {
  banned,
  channel,
  channelNumbered,
  FakeTransport,
  gifts,
  hosted,
  liveStatus,
  message,
  openReception,
  webhookDelivery,
} from './reception-setup.js';

const name = (event: KickEvent) =>
  event.type === 'chat.message.sent' ? event.messageId : event.type === 'gap' ? 'gap' : event.type;

/** A history that says these things were written so many milliseconds after the clock's start. */
function historyOf(said: Readonly<Record<string, number>>, clock: FakeClock) {
  const asked: string[] = [];
  const began = clock.now();
  const history = new History({
    realtime: 'https://web.kick.com',
    website: 'https://kick.com',
    http: {
      send: async ({ url }: HttpRequest) => {
        asked.push(url.pathname);
        const data = Object.entries(said).map(([id, at]) => ({
          id,
          content: id,
          created_at: new Date(began + at).toISOString(),
          sender: { id: 7, username: 'ada' },
        }));
        return { status: 200, headers: {}, json: { data }, isHtml: false };
      },
    },
    clock,
    random: new FixedRandom(0),
    logger: new RecordingLogger(),
  });
  const answered = async () => {
    await setImmediate();
    clock.advance(0);
    await setImmediate();
  };
  return { history, asked, answered };
}

describe('the reception', () => {
  it('D60: makes one event of a message that three transports deliver, and counts the copies', async () => {
    const { reception, transports, received } = await openReception(['pusher', 'centrifugo', 'webhook']);
    for (const transport of transports) transport.deliver(message('a'));
    transports[2]?.deliver(message('b'));
    transports[0]?.deliver(message('b'));
    expect(received.map(name)).toEqual(['a', 'b']);
    const { inbox, transports: counts } = reception.counts;
    expect(inbox).toMatchObject({ consumed: 2, repeated: 3 });
    expect([...counts]).toEqual([
      ['pusher', { copies: 1, gapSeconds: 0 }],
      ['centrifugo', { copies: 1, gapSeconds: 0 }],
      ['webhook', { copies: 1, gapSeconds: 0 }],
    ]);
  });

  it('D60: makes one event of what has no common id, and two of what somebody does twice', async () => {
    const { transports, received } = await openReception(['pusher', 'webhook']);
    for (const event of [banned('ada'), gifts(['bob']), liveStatus(true), hosted({ by: 'cleo' })]) {
      for (const transport of transports) transport.deliver(event);
    }
    for (const transport of transports) transport.deliver(banned('ada'));
    expect(received.map(name)).toEqual([
      'moderation.banned',
      'channel.subscription.gifts',
      'livestream.status.updated',
      'channel.hosted',
      'moderation.banned',
    ]);
  });

  it('takes nothing for a copy where there is one transport alone, except for the same id', async () => {
    const { transports, received } = await openReception(['pusher']);
    for (const event of [hosted(1), hosted(1), message('a'), message('a')]) transports[0]?.deliver(event);
    expect(received.map(name)).toEqual(['channel.hosted', 'channel.hosted', 'a']);
  });

  it('E67: settles a webhook once: when its handler begins, as a copy, or when it says nothing', async () => {
    const begun: number[] = [];
    const { transports, clock } = await openReception(['pusher', 'webhook'], {
      consume: () => void begun.push(delivery.times),
    });
    const [pusher, webhook] = transports;
    const delivery = webhookDelivery(clock);
    webhook?.deliver(message('a'), delivery);
    expect(begun).toEqual([1]);
    pusher?.deliver(message('b'));
    pusher?.deliver(banned('ada'));
    const others = [message('b'), banned('ada'), undefined].map((event) => {
      const other = webhookDelivery(clock);
      webhook?.deliver(event, other);
      return other.times;
    });
    expect(others).toEqual([1, 1, 1]);
    expect(delivery.times).toBe(1);
  });

  it('E67: knows the messages handled before a restart, and handles those that only waited', async () => {
    const never = new Promise<void>(() => {});
    const before = await openReception(['webhook'], { consume: () => never });
    const [settled, waiting] = [webhookDelivery(before.clock), webhookDelivery(before.clock)];
    before.transports[0]?.deliver(message('handled'), settled);
    before.transports[0]?.deliver(message('waiting'), waiting);
    expect([settled.times, waiting.times]).toEqual([1, 0]);
    await before.reception.stop();
    const after = await openReception(['webhook'], { database: before.database });
    for (const id of ['handled', 'waiting', 'new']) after.transports[0]?.deliver(message(id));
    expect(after.received.map(name)).toEqual(['waiting', 'new']);
  });

  it('stores nothing where nothing is delivered again: without webhooks', async () => {
    const { reception, transports, database } = await openReception(['pusher']);
    transports[0]?.deliver(message('a'));
    await reception.stop();
    expect(await database.selectFrom('seen_messages').selectAll().execute()).toEqual([]);
  });

  it('E68: marks what a webhook delivers late, and drops it where its twin must have come in time', async () => {
    const { transports, received, clock } = await openReception(['pusher', 'webhook']);
    const [pusher, webhook] = transports;
    clock.advance(3_600_000);
    const happened = (agoMs: number) => clock.now() - agoMs;
    const delivery = webhookDelivery(clock, 1_200_000);
    // Twenty minutes ago, while the feed was received all the time.
    webhook?.deliver(banned('ada', undefined, happened(1_200_000)), delivery);
    expect(received).toEqual([]);
    expect(delivery.times).toBe(1);
    // While it was not.
    pusher?.missed(happened(1_300_000), happened(600_000));
    webhook?.deliver(banned('ada', undefined, happened(1_200_000)), webhookDelivery(clock, 1_200_000));
    webhook?.deliver(message('a', happened(1_200_000)), webhookDelivery(clock, 1_200_000));
    expect(received).toMatchObject([
      { type: 'gap' },
      { type: 'moderation.banned', late: true },
      { messageId: 'a', late: true },
    ]);
    // After a gap as well, what did not happen in it was told in time.
    webhook?.deliver(banned('bob', undefined, happened(1_400_000)), webhookDelivery(clock, 1_400_000));
    expect(received).toHaveLength(3);
  });

  it('E68: does not take what happens next for the copy of what a webhook tells late and nobody else will', async () => {
    const { transports, received, clock } = await openReception(['pusher', 'webhook']);
    const [pusher, webhook] = transports;
    clock.advance(3_600_000);
    // The feed was away when it happened.
    pusher?.missed(clock.now() - 180_000, clock.now() - 60_000);
    webhook?.deliver(banned('ada', undefined, clock.now() - 120_000), webhookDelivery(clock, 120_000));
    clock.advance(30_000);
    pusher?.deliver(banned('ada', 'uuid', clock.now()));
    webhook?.deliver(banned('ada', undefined, clock.now()), webhookDelivery(clock));
    expect(received).toMatchObject([{ type: 'gap' }, { late: true }, { id: 'uuid' }]);
    expect(received).toHaveLength(3);
  });

  it('E68: drops a late message whose id is forgotten, where a realtime transport told of it in time', async () => {
    const { transports, received, clock } = await openReception(['pusher', 'webhook'], { remembered: 10 });
    const [pusher, webhook] = transports;
    const began = clock.now();
    pusher?.deliver(message('told', began));
    // Lost on the feed, and nothing is forgotten yet.
    webhook?.deliver(message('lost', began), webhookDelivery(clock, 120_000));
    expect(received.map(name)).toEqual(['told', 'lost']);
    clock.advance(1_200_000);
    for (let number = 0; number < 10; number++) pusher?.deliver(message(`m${number}`));
    const before = received.length;
    const delivery = webhookDelivery(clock, 1_200_000);
    webhook?.deliver(message('told', began), delivery);
    expect([received.length - before, delivery.times]).toEqual([0, 1]);
    pusher?.missed(began, began + 1);
    webhook?.deliver(message('told', began), webhookDelivery(clock, 1_200_000));
    // The gap, and the message that may have been missed in it.
    expect(received.length - before).toBe(2);
  });

  it('knows which channels are live from what passes by, but not from what comes late', async () => {
    const { transports, live, clock } = await openReception(['webhook']);
    transports[0]?.deliver(liveStatus(true));
    expect([live.isLive(channel), live.isLive(channelNumbered(2))]).toEqual([true, false]);
    transports[0]?.deliver(liveStatus(false), webhookDelivery(clock, 120_000));
    expect(live.isLive(channel)).toBe(true);
    transports[0]?.deliver(liveStatus(false));
    expect(live.isLive(channel)).toBe(false);
  });

  it('lets what has arrived be handled when it stops', async () => {
    const handled: string[] = [];
    let finish = () => {};
    const { reception, transports } = await openReception(['pusher'], {
      consume: (event) => {
        handled.push(name(event));
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    });
    transports[0]?.deliver(message('a'));
    transports[0]?.deliver(message('b'));
    const stopping = reception.stop({ drainMs: 1_000 });
    for (const expected of [['a'], ['a', 'b']]) {
      await setImmediate();
      expect(handled).toEqual(expected);
      finish();
    }
    await stopping;
  });

  it('E67: hands nothing on after it has stopped, and leaves unsettled what waited', async () => {
    const handled: string[] = [];
    let finish = () => {};
    const { reception, transports, clock } = await openReception(['webhook'], {
      consume: (event) => {
        handled.push(name(event));
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    });
    const waiting = webhookDelivery(clock);
    transports[0]?.deliver(message('a'), webhookDelivery(clock));
    transports[0]?.deliver(message('b'), waiting);
    await reception.stop();
    finish();
    await setImmediate();
    expect([handled, waiting.times]).toEqual([['a'], 0]);
  });

  it('is in a channel when the first realtime transport is, and parts from all', async () => {
    const { reception, transports } = await openReception(['pusher', 'centrifugo', 'webhook']);
    const [pusher, centrifugo, webhook] = transports;
    const four = channelNumbered(4);
    let acknowledge = () => {};
    const acknowledged = new Promise<void>((resolve) => {
      acknowledge = resolve;
    });
    const never = new Promise<void>(() => {});
    if (pusher) pusher.join = () => acknowledged;
    if (centrifugo) centrifugo.join = () => never;
    let isIn = false;
    const joining = reception.join(four).then(() => {
      isIn = true;
    });
    await setImmediate();
    expect(isIn).toBe(false);
    acknowledge();
    await joining;
    reception.part(four);
    expect([pusher, centrifugo, webhook].map((transport) => transport?.parted)).toEqual([
      [four],
      [four],
      [four],
    ]);
  });

  it('rejects a join as the transport does', async () => {
    const { reception, transports } = await openReception(['pusher', 'webhook']);
    const refusal = new Error('parted');
    const [pusher] = transports;
    if (pusher) pusher.join = () => Promise.reject(refusal);
    await expect(reception.join(channelNumbered(4))).rejects.toBe(refusal);
  });
});

describe('a gap', () => {
  it('D64: is told when the channel is received again, with what the history still has of it', async () => {
    const clock = new FakeClock();
    const { history, asked, answered } = historyOf({ missed: 20_000, later: 25_000, seen: 9_000 }, clock);
    const { reception, transports, received } = await openReception(['pusher'], { clock, history });
    const began = clock.now();
    transports[0]?.deliver(message('seen'));
    clock.advance(60_000);
    transports[0]?.missed(began + 10_000, began + 60_000);
    await answered();
    expect(received).toMatchObject([
      { messageId: 'seen' },
      {
        type: 'gap',
        channel,
        from: new Date(began + 10_000),
        createdAt: new Date(began + 60_000),
        reason: 'the line was cut',
      },
      { messageId: 'missed', replayed: true },
      { messageId: 'later', replayed: true },
    ]);
    expect(asked).toEqual(['/api/v1/chat/1/history']);
    transports[0]?.deliver(message('later'));
    expect(received).toHaveLength(4);
    expect(reception.counts).toMatchObject({ replayed: 2, history: { reads: 1, failed: 0 } });
    expect(reception.counts.transports.get('pusher')?.gapSeconds).toBe(50);
  });

  it('is none where another realtime transport received the channel all the time', async () => {
    const clock = new FakeClock();
    const { history, asked, answered } = historyOf({}, clock);
    const { reception, transports, received } = await openReception(['pusher', 'centrifugo'], {
      clock,
      history,
    });
    const began = clock.now();
    clock.advance(60_000);
    transports[0]?.missed(began + 10_000, began + 60_000);
    await answered();
    expect([received, asked]).toEqual([[], []]);
    expect(reception.counts.transports.get('pusher')?.gapSeconds).toBe(50);
  });

  it('is one in spite of a webhook, which does not tell everything', async () => {
    const { transports, received, clock } = await openReception(['pusher', 'webhook']);
    transports[0]?.missed(clock.now(), clock.now() + 5_000);
    expect(received.map(name)).toEqual(['gap']);
  });

  it('is told once and only as long as nobody received the channel', async () => {
    const { transports, received, clock } = await openReception(['pusher', 'centrifugo']);
    const [pusher, centrifugo] = transports;
    const began = clock.now();
    if (centrifugo) centrifugo.since = undefined;
    pusher?.missed(began + 10_000, began + 20_000);
    centrifugo?.missed(began + 5_000, began + 90_000);
    expect(received).toMatchObject([{ from: new Date(began + 10_000), createdAt: new Date(began + 20_000) }]);
    centrifugo?.missed(began + 100_000, began + 120_000);
    expect(received).toHaveLength(1);
  });

  it('is told by the realtime transport alone, however often webhooks were away meanwhile', async () => {
    const { transports, received, clock } = await openReception(['pusher', 'webhook']);
    const [pusher, webhook] = transports;
    const began = clock.now();
    if (pusher) pusher.since = undefined;
    webhook?.missed(began + 20_000, began + 40_000);
    pusher?.missed(began, began + 100_000);
    expect(received).toMatchObject([{ from: new Date(began), createdAt: new Date(began + 100_000) }]);
    expect(received).toHaveLength(1);
  });

  it('is told too after the clock was set back', async () => {
    const { transports, received, clock } = await openReception(['pusher']);
    clock.advance(100_000);
    transports[0]?.missed(clock.now() - 10_000, clock.now());
    clock.stepWall(-3_600_000);
    transports[0]?.missed(clock.now() - 5_000, clock.now());
    expect(received.map(name)).toEqual(['gap', 'gap']);
  });

  it('fills nothing into a channel that was left meanwhile', async () => {
    const clock = new FakeClock();
    const { history, answered } = historyOf({ missed: 20_000 }, clock);
    const { reception, transports, received } = await openReception(['pusher'], { clock, history });
    transports[0]?.missed(clock.now() + 10_000, clock.now() + 60_000);
    reception.part(channel);
    await answered();
    expect(received.map(name)).toEqual(['gap']);
  });
});

describe('a transport that is silent while another is not', () => {
  const chat = (transport: FakeTransport | undefined, from: number, to: number) => {
    for (let number = from; number < to; number++) transport?.deliver(message(`m${number}`));
  };

  it('D56: has its subscriptions made anew after ten minutes and 20 messages; it is said once, and once that it is over', async () => {
    const { transports, clock, logger } = await openReception(['pusher', 'webhook']);
    const [pusher, webhook] = transports;
    clock.advance(1);
    chat(pusher, 0, 100);
    clock.advance(599_999);
    chat(pusher, 100, 101);
    expect(webhook?.renewed).toEqual([]);
    clock.advance(1);
    chat(pusher, 101, 102);
    expect(webhook?.renewed).toEqual([channel]);
    chat(pusher, 102, 103);
    clock.advance(600_000);
    chat(pusher, 103, 130);
    expect(webhook?.renewed).toEqual([channel]);
    // In vain: the next time after twice as long.
    clock.advance(600_000);
    chat(pusher, 130, 131);
    expect(webhook?.renewed).toEqual([channel, channel]);
    chat(webhook, 129, 130);
    expect(logger.lines).toEqual([
      [
        'warn',
        'The transport webhook delivers nothing of the chat of channel-1, which another one does; its subscriptions are made anew. So are those of other channels where it is silent.',
      ],
      ['info', 'The transport webhook is silent in no channel any more.'],
    ]);
    expect(pusher?.renewed).toEqual([]);
  });

  it('D56: is told of once, in however many channels it is silent', async () => {
    const { reception, transports, clock, logger } = await openReception(['pusher', 'webhook']);
    const [pusher, webhook] = transports;
    const channels = [1, 2, 3].map(channelNumbered);
    clock.advance(1);
    for (const round of ['a', 'b']) {
      for (const of of channels) {
        for (let number = 0; number < 19; number++) {
          pusher?.deliver(message(`${of.slug}/${round}${number}`, 0, of));
        }
      }
      clock.advance(600_000);
    }
    expect(webhook?.renewed).toEqual(channels);
    webhook?.deliver(message('x', 0, channelNumbered(1)));
    webhook?.deliver(message('y', 0, channelNumbered(2)));
    expect(logger.lines.map(([level]) => level)).toEqual(['warn']);
    reception.part(channelNumbered(3));
    expect(logger.lines.map(([level]) => level)).toEqual(['warn', 'info']);
  });

  it('D56: is not silent when it is only late', async () => {
    const { transports, clock, logger } = await openReception(['pusher', 'webhook']);
    const [pusher, webhook] = transports;
    clock.advance(1);
    chat(pusher, 0, 30);
    clock.advance(600_000);
    webhook?.deliver(message('m0'), webhookDelivery(clock, 600_000));
    chat(pusher, 30, 49);
    expect(webhook?.renewed).toEqual([]);
    expect(logger.lines).toEqual([]);
  });

  it('D56: is left alone while it is heard, knows that it misses something, or hardly anything is said', async () => {
    const { transports, clock } = await openReception(['pusher', 'webhook']);
    const [pusher, webhook] = transports;
    clock.advance(1);
    chat(pusher, 0, 30);
    chat(webhook, 29, 30);
    clock.advance(600_000);
    chat(pusher, 30, 49);
    clock.advance(600_000);
    if (webhook) webhook.since = clock.now();
    chat(pusher, 49, 60);
    expect(webhook?.renewed).toEqual([]);
  });
});
