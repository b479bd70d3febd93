import { type Channel, World, type WorldEvent } from 'kickbot/sandbox';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startAudience } from '../../src/sandbox/audience.js';

let world: World;
let channel: Channel;
let events: WorldEvent[];
let stop: () => void;

/** The same numbers in each run, well spread. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const begin = (options: Partial<Parameters<typeof startAudience>[0]> = {}) => {
  ({ stop } = startAudience({ world, channel, random: seeded(42), ...options }));
};
const said = () => channel.messages.map(({ content }) => content);

beforeEach(() => {
  vi.useFakeTimers();
  world = new World(Date.now);
  channel = world.createChannel({ owner: 'streamer' });
  events = [];
  world.on((event) => events.push(event));
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

it.each([1, 42, 4242])(
  'says ordinary lines, a command and a shouted line within ten seconds (seed %i)',
  (seed) => {
    begin({ random: seeded(seed) });
    vi.advanceTimersByTime(10_000);
    const shouted = said().filter((content) => /^[A-Z ]{20,}$/.test(content));
    const commands = said().filter((content) => content.startsWith('!'));
    expect(commands).toContain('!ping');
    expect(shouted).not.toEqual([]);
    expect(said().length).toBeGreaterThan(shouted.length + commands.length + 2);
  },
);

it('brings a stream, roles, a newcomer, a subscription and a host', () => {
  begin();
  vi.advanceTimersByTime(20_000);
  const badges = channel.messages.flatMap((message) => message.badges.map(({ type }) => type));
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['went-live', 'subscribed', 'hosted']),
  );
  expect(new Set(badges)).toEqual(new Set(['moderator', 'vip', 'subscriber']));
  const newcomer = channel.messages.find(({ content }) => /first time|just found|new here/.test(content));
  expect(newcomer?.badges).toEqual([]);
});

it('asks the commands it is given, in turn', () => {
  begin({ commands: ['!song', '!uptime'] });
  vi.advanceTimersByTime(10_000);
  expect(said().filter((content) => content.startsWith('!'))).toEqual(['!song', '!uptime']);
});

it('leaves unsaid what the channel refuses, and goes on afterwards', () => {
  world.setChatSettings({ channel, emotesMode: true });
  begin();
  vi.advanceTimersByTime(30_000);
  const meanwhile = said().filter((content) => !content.startsWith('[emote:'));
  expect(meanwhile.length).toBeLessThan(10);
  world.setChatSettings({ channel, emotesMode: false });
  const before = said().length;
  vi.advanceTimersByTime(10_000);
  expect(said().length).toBeGreaterThan(before);
});

it('is silent once stopped', () => {
  begin();
  vi.advanceTimersByTime(5_000);
  stop();
  const before = said();
  vi.advanceTimersByTime(60_000);
  expect(said()).toEqual(before);
});

it('lets the process end while it waits', () => {
  vi.useRealTimers();
  const timers = vi.spyOn(globalThis, 'setTimeout');
  begin({ every: 60_000 });
  const timer = timers.mock.results[0]?.value as NodeJS.Timeout;
  expect(timer.hasRef()).toBe(false);
  timers.mockRestore();
});
