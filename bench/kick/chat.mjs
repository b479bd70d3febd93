// Chat as Kick's feed sends it: the same messages in each run, every one with its own id, author and text.

const words =
  'lol ok gg wp nice yes no what why stream today game chat love this that play again music song hello from where you are the best clip it pog never seen such luck wait for boss fight next round let us go good night everyone first time here'.split(
    ' ',
  );
const emotes = ['[emote:37226:KEKW]', '[emote:37230:POLICE]', '[emote:39261:kkHuh]', '😂', '❤️'];
const otherScripts = ['olá, tudo bem?', 'привет всем', 'güzel yayın', 'مرحبا', 'こんにちは'];
const colors = ['#75FD46', '#1E90FF', '#FF9D00', '#E9113C', '#DEB2FF', '#00CCB3'];
const users = 5_000;

/** The phrase that the last of the bench's rules removes, and nothing else contains. */
export const removedPhrase = 'cheap viewers at';

/** The ids of a channel by its number. They differ from each other, as on Kick. */
export function channelNumber(number) {
  return {
    slug: `channel-${number}`,
    broadcasterUserId: 1_000_000 + number,
    channelId: 2_000_000 + number,
    chatroomId: 3_000_000 + number,
  };
}

/** The first eight characters of a message's id, where each message that is sent has a number of its own. */
export function ownId(number) {
  return number.toString(16).padStart(8, '0');
}

/** The number in a message's id. */
export function numberIn(id) {
  return Number.parseInt(id.slice(0, 8), 16);
}

/**
 * Frames of `App\Events\ChatMessageEvent`, spread over channels one after the other.
 *
 * @param commandEvery Each so many messages one is `!c<n>`, n from 0 to `commands` - 1.
 * @param removedEvery Each so many messages one is for a rule to remove.
 */
export function* chatFrames({
  count,
  channels,
  commands = 1,
  commandEvery = Number.POSITIVE_INFINITY,
  removedEvery = Number.POSITIVE_INFINITY,
}) {
  const random = numbers(42);
  const pick = pickerOf(random);
  const says = chatter(random);
  for (let index = 0; index < count; index++) {
    const isCommand = (index + 1) % commandEvery === 0;
    const isRemoved = !isCommand && (index + 2) % removedEvery === 0;
    const command = `!c${Math.floor(index / commandEvery) % commands} ${pick(words)}`;
    const content = isCommand ? command : isRemoved ? `${removedPhrase} ${says()}` : says();
    yield chatFrame({ content, channel: channelNumber(index % channels), random, isPlain: isRemoved });
  }
}

/** A function that gives one of a list. */
export function pickerOf(random) {
  return (list) => list[Math.floor(random() * list.length)];
}

/** A function that gives what somebody says next. */
export function chatter(random) {
  const pick = pickerOf(random);
  return () => {
    if (random() < 0.04) return pick(otherScripts);
    const text = Array.from({ length: 2 + Math.floor(random() * 6) }, () => pick(words)).join(' ');
    return random() < 0.15 ? `${text} ${pick(emotes)}` : text;
  };
}

function chatFrame({ content, channel: { chatroomId }, random, isPlain }) {
  const user = Math.floor(random() * users);
  const luck = isPlain ? 1 : random();
  const badges = [];
  if (luck < 0.02) badges.push({ type: 'moderator', text: 'Moderator' });
  if (luck < 0.2) badges.push({ type: 'subscriber', text: 'Subscriber', count: 1 + (user % 36) });
  const time = 1_790_525_515_401 + Math.floor(random() * 86_400_000);
  const data = {
    id: uuid(random),
    chatroom_id: chatroomId,
    content,
    type: 'message',
    created_at: `${new Date(time).toISOString().slice(0, 19)}+00:00`,
    sender: {
      id: 10_000 + user,
      username: `Viewer_${user}`,
      slug: `viewer-${user}`,
      identity: { color: colors[user % colors.length], badges },
    },
    // Messages through the official API have none.
    ...(random() < 0.2 && { metadata: { message_ref: String(time) } }),
  };
  return JSON.stringify({
    event: 'App\\Events\\ChatMessageEvent',
    data: JSON.stringify(data),
    channel: `chatrooms.${chatroomId}.v2`,
  });
}

function uuid(random) {
  const hex = (length) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
export function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
