import { Refusal } from './world/refusal.js';
import type { Channel } from './world/state.js';
import type { World } from './world/world.js';

export interface AudienceOptions {
  world: World;
  channel: Channel;
  /** What viewers ask the bot, `!ping` first; `!ping` and `!roll 20` by default. */
  commands?: readonly [string, ...string[]];
  /** A number from 0 up to, not including, 1; `Math.random` by default. */
  random?: () => number;
  /** Milliseconds from one line to the next, more or less a third; 1000 by default. */
  every?: number;
}

const MODERATOR = 'ModMarlow';
const VIP = 'velvet_vee';
const SUBSCRIBER = 'pixel_otter';
const SHOUTER = 'LoudLenny';
const VIEWERS = ['nightowl42', 'tinyteapot', 'SaltyPretzel', SUBSCRIBER, VIP, MODERATOR];
const HOSTS = ['lunarlane', 'CozyCorner', 'retro_ray'];
const NEWCOMERS = ['first_timer', 'just_looking', 'HelloKick', 'new_here', 'PassingBy', 'curious_cat'];

const LINES = [
  'that was so close [emote:37226:KEKW]',
  'good evening everyone',
  'the music today is really nice',
  'how long have you been live?',
  'wait, what did I miss?',
  'that jump was perfect',
  'gg!',
  'what a save 👏',
  'can you show the settings again later?',
  'same thing happened to me yesterday 😅',
  'left, left, go left',
  'okay this part is hard',
  'chat, water break?',
  'I learnt so much from the last stream',
  '[emote:39251:beeBobble][emote:39251:beeBobble]',
  'this never gets old',
];
const ANSWERS = ['agreed', 'haha yes', 'no way', 'true [emote:37226:KEKW]', 'I think so too', 'exactly!'];
const SHOUTS = [
  'THIS IS THE BEST STREAM EVER',
  'WHY IS NOBODY TALKING ABOUT THAT PLAY',
  'LETS GOOOO COME ON DO IT AGAIN',
];
const GREETINGS = [
  'hi, first time here!',
  'hello, just found this channel',
  'new here, what are we playing?',
];

/**
 * Viewers who chat in a channel until they are stopped, so that a bot has something to do: ordinary lines, commands,
 * shouting, a newcomer, and now and then a subscription, gifts or a host. The first lines are always the same, so
 * that a little of everything was there within ten of them. What Kick refuses them (a timeout, a chat mode) they
 * do not say. The channel goes live where it is not.
 *
 * @example
 * const { stop } = startAudience({ world: sandbox.world, channel });
 */
export function startAudience(options: AudienceOptions): { stop(): void } {
  const { world, channel, commands = ['!ping', '!roll 20'], random = Math.random, every = 1000 } = options;
  const pick = (items: readonly string[]) => items[Math.floor(random() * items.length)] ?? '';
  /** Takes each item once before any comes again. */
  const deck = (items: readonly string[]) => {
    let left: string[] = [];
    return () => {
      if (left.length === 0) left = [...items];
      return left.splice(Math.floor(random() * left.length), 1)[0] ?? '';
    };
  };
  const [line, reply, shouted, greeting] = [deck(LINES), deck(ANSWERS), deck(SHOUTS), deck(GREETINGS)];
  const say = (username: string, content: string, replyTo?: string) => {
    const user = world.findUser(username) ?? world.createUser({ username });
    world.say({ channel, user, content, replyTo });
  };
  const newcomers = [...NEWCOMERS];
  let commandsAsked = 0;

  const chat = () => say(pick(VIEWERS), line());
  const shout = () => say(SHOUTER, shouted());
  const ask = () => {
    const command = commands[commandsAsked % commands.length] ?? commands[0];
    commandsAsked += 1;
    say(pick(VIEWERS), command);
  };
  const answer = () => {
    const answered = channel.messages.findLast((message) => !message.removed && !message.sender.bot);
    const others = VIEWERS.filter((username) => username !== answered?.sender.username);
    say(pick(others), reply(), answered?.id);
  };
  const arrive = () => {
    const newcomer = newcomers.shift();
    if (newcomer === undefined) chat();
    else say(newcomer, greeting());
  };
  const subscribe = () =>
    world.subscribe({ channel, user: pick([SUBSCRIBER, 'tinyteapot', 'SaltyPretzel']) });
  const gift = () =>
    world.giftSubscriptions({ channel, gifter: VIP, recipients: ['nightowl42', 'tinyteapot'] });
  const host = () => {
    const by = pick(HOSTS);
    const user = world.findUser(by) ?? world.createUser({ username: by });
    world.host({ channel, by: user, viewers: 5 + Math.floor(random() * 80) });
  };

  const opening = [chat, ask, chat, shout, answer, ask, subscribe, arrive, chat, host];
  const habits: readonly [number, () => void][] = [
    [0.62, chat],
    [0.74, answer],
    [0.84, ask],
    [0.9, shout],
    [0.94, arrive],
    [0.97, subscribe],
    [0.985, gift],
    [1, host],
  ];
  const act = () => {
    const chance = random();
    const next = opening.shift() ?? habits.find(([below]) => chance < below)?.[1] ?? chat;
    try {
      next();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  };

  takeSeats(world, channel);
  let timer: NodeJS.Timeout;
  const wait = () => {
    timer = setTimeout(
      () => {
        act();
        wait();
      },
      every * (2 / 3 + (random() * 2) / 3),
    );
    timer.unref();
  };
  wait();
  return { stop: () => clearTimeout(timer) };
}

function takeSeats(world: World, channel: Channel): void {
  for (const username of [...VIEWERS, SHOUTER]) {
    const user = world.findUser(username) ?? world.createUser({ username });
    world.setRoles({ channel, user, followingSince: user.createdAt });
  }
  world.setRoles({ channel, user: MODERATOR, moderator: true });
  world.setRoles({ channel, user: VIP, vip: true });
  world.setRoles({ channel, user: SUBSCRIBER, subscriberMonths: 7 });
  if (!channel.livestream) world.goLive({ channel, viewers: 128 });
}
