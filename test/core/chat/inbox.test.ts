import { describe, expect, it } from 'vitest';
import { Inbox } from '../../../src/core/chat/inbox.js';
import type { Channel, KickEvent } from '../../../src/core/events/kick-event.js';
import { channelId, chatroomId, messageId, userId } from '../../../src/core/primitives/ids.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const channelNumbered = (number: number): Channel => ({
  slug: `channel-${number}`,
  broadcasterUserId: userId(number),
  channelId: channelId(number),
  chatroomId: chatroomId(number),
});
const one = channelNumbered(1);
const two = channelNumbered(2);

const frame = (channel: Channel) => ({ channel, createdAt: new Date(0), raw: undefined });

const message = (id: string, channel = one): KickEvent => ({
  ...frame(channel),
  type: 'chat.message.sent',
  messageId: messageId(id),
  content: id,
  sender: { id: userId(7), username: 'U', badges: [] },
  kind: 'message',
});

const deletion = (id: string, channel = one): KickEvent => ({
  ...frame(channel),
  type: 'chat.message.deleted',
  id,
  messageId: messageId('m'),
  aiModerated: false,
  violatedRules: [],
});

const name = (event: KickEvent) =>
  event.type === 'chat.message.sent' ? event.messageId : (event.id ?? event.type);

/** An inbox whose handler works until it is told to finish, and what it has been handed so far. */
function slowInbox(options: { queued?: number } = {}) {
  const handled: string[] = [];
  const finish = new Map<string, () => void>();
  const logger = new RecordingLogger();
  const consume = (event: KickEvent) => {
    handled.push(name(event));
    return new Promise<void>((resolve) => finish.set(name(event), resolve));
  };
  const inbox = new Inbox({ consume, logger, ...options });
  const finished = async (id: string) => {
    finish.get(id)?.();
    await settled();
  };
  return { inbox, handled, finished, logger };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the inbox', () => {
  it('hands an event on at once when its channel is idle', async () => {
    const handled: string[] = [];
    const inbox = new Inbox({
      consume: (event) => void handled.push(name(event)),
      logger: new RecordingLogger(),
    });
    inbox.accept(message('a'));
    expect(handled).toEqual(['a']);
    await inbox.idle();
  });

  it('handles the same message once (catalogue 60)', () => {
    const { inbox, handled } = slowInbox();
    inbox.accept(message('a'));
    inbox.accept(message('a'));
    inbox.accept(message('a', two));
    expect(handled).toEqual(['a']);
    expect(inbox.counts).toMatchObject({ consumed: 1, repeated: 2 });
  });

  it('handles an event that has an id once, and every one that has none', () => {
    const handled: string[] = [];
    const inbox = new Inbox({
      consume: (event) => void handled.push(name(event)),
      logger: new RecordingLogger(),
    });
    inbox.accept(deletion('d'));
    inbox.accept(deletion('d'));
    inbox.accept({ ...frame(one), type: 'poll.deleted' });
    inbox.accept({ ...frame(one), type: 'poll.deleted' });
    expect(handled).toEqual(['d', 'poll.deleted', 'poll.deleted']);
  });

  it("keeps one channel's events in order and lets other channels pass", async () => {
    const { inbox, handled, finished } = slowInbox();
    inbox.accept(message('a1'));
    inbox.accept(message('a2'));
    inbox.accept(message('a3'));
    inbox.accept(message('b1', two));
    expect(handled).toEqual(['a1', 'b1']);
    await finished('a1');
    expect(handled).toEqual(['a1', 'b1', 'a2']);
    await finished('a2');
    expect(handled).toEqual(['a1', 'b1', 'a2', 'a3']);
  });

  it('keeps the order when a handler itself causes events', async () => {
    const order: string[] = [];
    const inbox: Inbox = new Inbox({
      consume: (event) => {
        const id = name(event);
        order.push(`${id} begins`);
        if (id === 'a') inbox.accept(message('b'));
        if (id === 'b') inbox.accept(message('c', two));
        order.push(`${id} ends`);
      },
      logger: new RecordingLogger(),
    });
    inbox.accept(message('a'));
    await inbox.idle();
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('survives a handler that goes on causing events', () => {
    const inbox: Inbox = new Inbox({
      consume: (event) => {
        const next = Number(name(event)) + 1;
        if (next < 50_000) inbox.accept(message(String(next)));
      },
      logger: new RecordingLogger(),
    });
    inbox.accept(message('0'));
    expect(inbox.counts.consumed).toBe(50_000);
  });

  it('drops the oldest ordinary event when too many wait, never one of moderation', async () => {
    const { inbox, handled, finished, logger } = slowInbox({ queued: 3 });
    inbox.accept(message('at work'));
    inbox.accept(deletion('d1'));
    for (const id of ['a', 'b', 'c', 'd']) inbox.accept(message(id));
    for (const id of ['d2', 'd3', 'd4']) inbox.accept(deletion(id));
    inbox.accept(message('too late'));
    for (const id of ['at work', 'd1', 'd2', 'd3', 'd4']) await finished(id);
    expect(handled).toEqual(['at work', 'd1', 'd2', 'd3', 'd4']);
    expect(inbox.counts.overflowed).toBe(5);
    expect(logger.lines).toEqual([
      ['warn', 'Events arrive in channel-1 faster than the plugins handle them; the oldest are dropped.'],
      ['info', 'The queue of channel-1 is empty again; 5 events were dropped.'],
    ]);
  });

  it('lets 20 times as many of moderation wait, and drops the oldest beyond', async () => {
    const { inbox, handled, finished } = slowInbox({ queued: 2 });
    inbox.accept(message('at work'));
    for (let number = 1; number <= 42; number++) inbox.accept(deletion(`d${number}`));
    expect(inbox.counts).toMatchObject({ waiting: 40, overflowed: 2 });
    await finished('at work');
    expect(handled).toEqual(['at work', 'd3']);
  });

  it('tells that an event is settled when its handler begins, when it is a copy and when it is dropped', async () => {
    const settledEvents: string[] = [];
    const { inbox, handled, finished } = slowInbox({ queued: 1 });
    const accept = (id: string) => inbox.accept(message(id), () => settledEvents.push(id));
    expect(accept('a')).toBe(true);
    expect(accept('b')).toBe(true);
    expect(settledEvents).toEqual(['a']);
    expect(accept('b')).toBe(false);
    expect(settledEvents).toEqual(['a', 'b']);
    accept('c');
    expect(settledEvents).toEqual(['a', 'b', 'b']);
    await finished('a');
    expect(settledEvents).toEqual(['a', 'b', 'b', 'c']);
    expect(handled).toEqual(['a', 'c']);
    expect(inbox.counts.waiting).toBe(0);
  });

  it('takes a message that was handled before a restart for a copy', () => {
    const { inbox, handled } = slowInbox();
    inbox.remember(messageId('a'));
    expect(inbox.accept(message('a'))).toBe(false);
    expect(handled).toEqual([]);
  });

  it('goes on after a handler throws or rejects, and says which event it was', async () => {
    const handled: string[] = [];
    const logger = new RecordingLogger();
    const inbox = new Inbox({
      consume: (event) => {
        handled.push(name(event));
        if (handled.length === 1) throw new Error('at once');
        if (handled.length === 2) return Promise.reject(new Error('later'));
        return undefined;
      },
      logger,
    });
    for (const id of ['a', 'b', 'c']) inbox.accept(message(id));
    await inbox.idle();
    expect(handled).toEqual(['a', 'b', 'c']);
    expect(inbox.counts.failed).toBe(2);
    expect(logger.lines).toEqual([
      ['error', 'Handling chat.message.sent in channel-1 failed.'],
      ['error', 'Handling chat.message.sent in channel-1 failed.'],
    ]);
  });

  it('is idle when everything accepted has been handled', async () => {
    const { inbox, finished } = slowInbox();
    await inbox.idle();
    inbox.accept(message('a'));
    inbox.accept(message('b'));
    let idle = false;
    const waiting = inbox.idle().then(() => {
      idle = true;
    });
    await finished('a');
    expect(idle).toBe(false);
    await finished('b');
    expect(idle).toBe(true);
    await waiting;
  });
});
