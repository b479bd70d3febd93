import type { FoundUser } from '../core/chat/user-directory.js';
import type {
  Badge,
  Channel,
  ChatMessageSent,
  KickEvent,
  KickEventNamed,
  KickEventType,
} from '../core/events/kick-event.js';
import { channelId, chatroomId, messageId, userId } from '../core/primitives/ids.js';

type Common = 'channel' | 'createdAt' | 'raw';

/** An event without what is the same for all: `{ type: 'channel.hosted', host: { username: 'ada' }, viewers: 7 }`. */
export type TestEvent = {
  [Type in KickEventType]: Omit<KickEventNamed<Type>, Common> & Partial<Pick<KickEventNamed<Type>, Common>>;
}[KickEventType];

/** Who says something: a name, or a name with badges such as `'moderator'` or `{ type: 'subscriber', text: '', count: 7 }`. */
export type TestUser = string | { readonly username: string; readonly badges?: readonly (string | Badge)[] };

const broadcasterUserId = userId(1);
export const botUserId = userId(2);
export const botUsername = 'kickbot';
const firstViewerId = 3;

/** Makes events that look as if they came from Kick. The same name is always the same user. */
export class TestChannel {
  readonly channel: Channel;
  readonly #names: string[] = [];
  #messages = 0;

  constructor(slug: string) {
    this.channel = { slug, broadcasterUserId, channelId: channelId(1001), chatroomId: chatroomId(2001) };
  }

  message(user: TestUser, content: string, createdAt: Date): ChatMessageSent {
    const { username, badges = [] } = typeof user === 'string' ? { username: user } : user;
    this.#messages++;
    return {
      type: 'chat.message.sent',
      channel: this.channel,
      createdAt,
      raw: undefined,
      messageId: messageId(`message-${this.#messages}`),
      content,
      kind: 'message',
      sender: {
        id: this.#idOf(username),
        username,
        badges: badges.map((badge) => (typeof badge === 'string' ? { type: badge, text: badge } : badge)),
      },
    };
  }

  /** Everybody has any name; an id is somebody's who was named before. */
  find(typed: string): FoundUser | undefined {
    if (!/^\d{1,15}$/.test(typed)) {
      const username = typed.replace(/^@/, '');
      return { id: this.#idOf(username), username };
    }
    const username = [this.channel.slug, botUsername, ...this.#names][Number(typed) - broadcasterUserId];
    return username === undefined ? undefined : { id: userId(Number(typed)), username };
  }

  event(event: TestEvent, createdAt: Date): KickEvent {
    // Each member of TestEvent lacks only what is put in here, which TypeScript cannot follow through the union.
    return { channel: this.channel, createdAt, raw: undefined, ...event } as KickEvent;
  }

  /** The broadcaster is who has the channel's name, the bot is called kickbot. */
  #idOf(username: string) {
    const name = username.toLowerCase();
    if (name === this.channel.slug) return broadcasterUserId;
    if (name === botUsername) return botUserId;
    if (!this.#names.includes(name)) this.#names.push(name);
    return userId(firstViewerId + this.#names.indexOf(name));
  }
}
