import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Copies } from '../../../src/core/chat/copies.js';
import type { TransportName } from '../../../src/core/chat/transport.js';
import type { KickEvent } from '../../../src/core/events/kick-event.js';
import { userId } from '../../../src/core/primitives/ids.js';
import { FakeClock } from '../../support/fake-clock.js';
import { banned, channel, channelNumbered, gifts, hosted, liveStatus } from './reception-setup.js';

const names: readonly TransportName[] = ['pusher', 'centrifugo', 'webhook'];

interface Happening {
  readonly what: 'ada' | 'bob';
  /** For each transport: how much later it delivers it; undefined where it loses it. */
  readonly delays: readonly (number | undefined)[];
}

const happenings = (transports: number): fc.Arbitrary<Happening[]> =>
  fc.array(
    fc.record({
      what: fc.constantFrom('ada' as const, 'bob' as const),
      delays: fc.array(fc.option(fc.nat(250_000), { nil: undefined, freq: 4 }), {
        minLength: transports,
        maxLength: transports,
      }),
    }),
    { maxLength: 12 },
  );

/** What is new when all transports deliver, in the order of arrival. */
function deliver(happened: readonly Happening[], eventOf: (at: number, teller: TransportName) => KickEvent) {
  const clock = new FakeClock();
  const copies = new Copies(clock);
  const deliveries = happened.flatMap(({ delays }, at) =>
    delays.flatMap((delay, index) => {
      const teller = names[index];
      return delay === undefined || teller === undefined ? [] : [{ at, teller, time: at * 20_000 + delay }];
    }),
  );
  const delivered: string[] = [];
  for (const { at, teller, time } of deliveries.sort((one, other) => one.time - other.time)) {
    clock.advance(time - clock.monotonic());
    if (copies.rest(eventOf(at, teller), teller) !== undefined) delivered.push(happened[at]?.what ?? '');
  }
  return delivered;
}

const count = (list: readonly unknown[], what: unknown) => list.filter((item) => item === what).length;

describe('copies without a common id', () => {
  it('D60: are delivered as often as the transport told that lost least, in any order and with any delay', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }).chain(happenings), (happened) => {
        const delivered = deliver(happened, (at) => hosted({ by: happened[at]?.what }));
        for (const what of ['ada', 'bob']) {
          const told = names.map(
            (_, index) =>
              happened.filter((one) => one.what === what && one.delays[index] !== undefined).length,
          );
          expect(count(delivered, what)).toBe(Math.max(...told));
        }
      }),
    );
  });

  it('D60: are all delivered once where no transport loses all of the same kind, whoever loses the others', () => {
    fc.assert(
      fc.property(happenings(3), fc.nat(2), fc.nat(2), (drawn, keepsAda, keepsBob) => {
        const happened = drawn.map(({ what, delays }) => ({
          what,
          delays: delays.map((delay, index) =>
            index === (what === 'ada' ? keepsAda : keepsBob) ? (delay ?? 0) : delay,
          ),
        }));
        const delivered = deliver(happened, (at) => hosted({ by: happened[at]?.what }));
        for (const what of ['ada', 'bob']) {
          expect(count(delivered, what)).toBe(happened.filter((one) => one.what === what).length);
        }
      }),
    );
  });

  it('D60: are all delivered once where realtime ids tell them apart and realtime transports lose different ones', () => {
    fc.assert(
      fc.property(happenings(3), (drawn) => {
        // One of the two realtime transports has each; the webhook any.
        const happened = drawn.map(({ what, delays: [one, other, webhook] }) => ({
          what,
          delays: [one, one === undefined ? (other ?? 0) : other, webhook],
        }));
        const delivered = deliver(happened, (at, teller) =>
          banned(happened[at]?.what ?? '', teller === 'webhook' ? undefined : `ban-${at}`),
        );
        for (const what of ['ada', 'bob']) {
          expect(count(delivered, what)).toBe(happened.filter((one) => one.what === what).length);
        }
      }),
    );
  });
});

describe('copies', () => {
  const common = { channel, createdAt: new Date(0) };
  const twins: [string, KickEvent, KickEvent][] = [
    [
      'a subscription',
      { ...common, raw: 1, type: 'channel.subscription.new', subscriber: { username: 'Ada' }, months: 1 },
      { ...common, raw: 2, type: 'channel.subscription.new', subscriber: { username: 'ada' }, months: 1 },
    ],
    [
      'a redemption',
      {
        ...common,
        raw: 1,
        type: 'channel.reward.redemption.updated',
        redeemer: { username: 'ada', id: userId(7) },
        reward: { title: 'Song' },
        userInput: 'jazz',
        status: 'pending',
      },
      {
        ...common,
        raw: 2,
        type: 'channel.reward.redemption.updated',
        redeemer: { username: 'ada', id: userId(7) },
        reward: { id: 'r', title: 'Song' },
        redemptionId: 'x',
        id: 'x/pending',
        userInput: 'jazz',
        status: 'pending',
      },
    ],
    ['a ban', banned('Ada', 'uuid'), banned('ada')],
    ['going live', liveStatus(true), liveStatus(true)],
    ['gifts', gifts(['ada', 'bob'], 'drop/0'), gifts(['bob', 'Ada'])],
    [
      'KICKs',
      {
        ...common,
        raw: 1,
        type: 'kicks.gifted',
        id: 'gift',
        sender: { username: 'ada' },
        gift: { name: 'Rage Quit', amount: 500, type: 'LEVEL_UP', tier: 'MID' },
        message: 'gg',
        pinnedSeconds: 600,
      },
      {
        ...common,
        raw: 2,
        type: 'kicks.gifted',
        sender: { username: 'ada' },
        gift: { name: 'Rage Quit', amount: 500, type: 'LEVEL_UP', tier: 'MID' },
        message: 'gg',
        pinnedSeconds: 600,
      },
    ],
  ];
  it.each(twins)(
    'D60: know %s in a webhook for that of the realtime feed, and back',
    (_, realtime, webhook) => {
      const copies = new Copies(new FakeClock());
      expect(copies.rest(realtime, 'pusher')).toBe(realtime);
      expect(copies.rest(webhook, 'webhook')).toBeUndefined();
      const other = new Copies(new FakeClock());
      expect(other.rest(webhook, 'webhook')).toBe(webhook);
      expect(other.rest(realtime, 'pusher')).toBeUndefined();
    },
  );

  it('are not what happens in another channel, to somebody else or in another way', () => {
    const copies = new Copies(new FakeClock());
    const events = [
      banned('ada'),
      banned('bob'),
      { ...banned('ada'), channel: channelNumbered(2) },
      { ...banned('ada'), expiresAt: new Date(1) },
      liveStatus(true),
      liveStatus(false),
    ];
    events.forEach((event, index) => {
      expect(copies.rest(event, index % 2 === 0 ? 'pusher' : 'webhook')).toBe(event);
    });
  });

  it('of some gifts leave the others', () => {
    const copies = new Copies(new FakeClock());
    copies.rest(gifts(['ada', 'bob'], 'drop/0'), 'pusher');
    expect(copies.rest(gifts(['bob', 'cleo', 'ada']), 'webhook')).toMatchObject({
      recipients: [{ username: 'cleo' }],
      total: 3,
    });
  });

  it('leave to the inbox what has an id wherever it comes from', () => {
    const copies = new Copies(new FakeClock());
    const cleared: KickEvent = { ...common, raw: 1, type: 'chat.cleared', id: 'c' };
    expect(copies.rest(cleared, 'pusher')).toBe(cleared);
    expect(copies.rest(cleared, 'centrifugo')).toBe(cleared);
  });

  it('are known for ten minutes at least after the last of them, and forgotten after twenty', () => {
    const clock = new FakeClock();
    const copies = new Copies(clock);
    expect(copies.rest(banned('ada'), 'pusher')).toBeDefined();
    clock.advance(599_999);
    expect(copies.rest(banned('ada'), 'webhook')).toBeUndefined();
    clock.advance(1_200_001);
    expect(copies.rest(banned('ada'), 'webhook')).toBeDefined();
  });

  it('are known in spite of many other events, which have twins on no webhook', () => {
    const clock = new FakeClock();
    const copies = new Copies(clock);
    copies.rest(banned('ada', 'uuid'), 'pusher');
    for (let number = 0; number < 40_001; number++) copies.rest(hosted({ number }), 'pusher');
    clock.advance(300_000);
    expect(copies.rest(banned('ada'), 'webhook')).toBeUndefined();
  });

  it('are told from what differs only at the end of a long payload', () => {
    const copies = new Copies(new FakeClock());
    const events = ['a', 'b'].map((end) => hosted('x'.repeat(5_000) + end));
    for (const event of events) expect(copies.rest(event, 'pusher')).toBe(event);
    for (const event of events) expect(copies.rest(event, 'centrifugo')).toBeUndefined();
  });

  it('are not expected of a transport that was away when the others told it', () => {
    const clock = new FakeClock();
    const copies = new Copies(clock);
    copies.rest(hosted(1), 'pusher');
    copies.rest(hosted(1), 'pusher');
    clock.advance(60_000);
    copies.resumed('centrifugo', channel);
    expect(copies.rest(hosted(1), 'centrifugo')).toBeDefined();
    expect(copies.rest(hosted(1), 'pusher')).toBeUndefined();
  });
});
