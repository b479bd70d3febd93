import { randomBytes } from 'node:crypto';
import { notFound, Refusal } from './refusal.js';
import type { Category, Channel, Roles, User } from './state.js';

/** A user by username (whatever its case), by id, or itself. */
export type UserRef = string | number | User;
/** A channel by slug, by its broadcaster's user id, or itself. */
export type ChannelRef = string | number | Channel;

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const COLORS = ['#75FD46', '#1E90FF', '#FF9D00', '#E9113C', '#DEB2FF', '#00CCB3', '#F2708A', '#FBCFD8'];

/** Who and what there is in the local Kick: users, channels, and what the ones are to the others. */
export class Directory {
  readonly #categories = new Map<number, Category>();
  readonly #users = new Map<number, User>();
  readonly #channels = new Map<string, Channel>();

  /** @param now the sandbox's clock, milliseconds since 1970. */
  constructor(readonly now: () => number) {
    this.createCategory({ id: 15, name: 'Just Chatting', tags: ['IRL'] });
    this.createCategory({ id: 8, name: 'Music', tags: ['IRL', 'Creative'] });
    this.createCategory({ id: 42, name: 'Chess', tags: ['Board game'] });
  }

  get categories(): Category[] {
    return [...this.#categories.values()];
  }

  get users(): User[] {
    return [...this.#users.values()];
  }

  get channels(): Channel[] {
    return [...this.#channels.values()];
  }

  createCategory({ id, name, tags = [] }: { id: number; name: string; tags?: string[] }): Category {
    if (this.#categories.has(id)) throw new Refusal('exists', `There is a category ${id} already.`);
    const category = { id, name, tags, thumbnail: `https://files.kick.com/categories/${id}.webp` };
    this.#categories.set(id, category);
    return category;
  }

  findCategory(id: number): Category | undefined {
    return this.#categories.get(id);
  }

  createUser(options: {
    username: string;
    verified?: boolean;
    bot?: boolean;
    /** A year ago where nothing is said. */
    createdAt?: number;
  }): User {
    const { username, verified = false, bot = false, createdAt = this.now() - YEAR_MS } = options;
    if (this.findUser(username)) throw new Refusal('exists', `There is a user ${username} already.`);
    const id = 1001 + this.#users.size;
    const slug = username.toLowerCase().replaceAll('_', '-');
    const user: User = {
      id,
      username,
      slug,
      email: `${slug}@example.com`,
      profilePicture: `https://files.kick.com/images/user/${id}/profile_image.webp`,
      color: COLORS[id % COLORS.length] ?? '#FFFFFF',
      verified,
      bot,
      createdAt,
    };
    this.#users.set(id, user);
    return user;
  }

  /** Opens a channel for `owner`, who is created where the name is new. */
  createChannel({ owner, title = 'Untitled stream' }: { owner: string | User; title?: string }): Channel {
    const broadcaster =
      typeof owner === 'string' ? (this.findUser(owner) ?? this.createUser({ username: owner })) : owner;
    if (this.#channels.has(broadcaster.slug)) {
      throw new Refusal('exists', `There is a channel ${broadcaster.slug} already.`);
    }
    const number = this.#channels.size;
    const [category] = this.categories;
    if (!category) throw new Error('The world has no categories.');
    const channel: Channel = {
      id: 500_001 + number,
      chatroomId: 700_011 + number,
      broadcaster,
      slug: broadcaster.slug,
      title,
      category,
      tags: [],
      language: 'en',
      streamKey: `sk_sandbox_${randomBytes(16).toString('hex')}`,
      livestream: null,
      settings: {
        slowModeSeconds: null,
        followersModeMinutes: null,
        accountAgeMinutes: null,
        subscribersMode: false,
        emotesMode: false,
      },
      roles: new Map(),
      bans: new Map(),
      messages: [],
      pin: null,
      poll: null,
      prediction: null,
      goal: null,
      rewards: new Map(),
      redemptions: [],
      kicksGiven: [],
    };
    this.#channels.set(channel.slug, channel);
    return channel;
  }

  findUser(ref: UserRef): User | undefined {
    if (typeof ref === 'object') return ref;
    if (typeof ref === 'number') return this.#users.get(ref);
    const name = ref.toLowerCase();
    return this.users.find((user) => user.username.toLowerCase() === name);
  }

  findChannel(ref: ChannelRef): Channel | undefined {
    if (typeof ref === 'object') return ref;
    if (typeof ref === 'string') return this.#channels.get(ref.toLowerCase());
    return this.channels.find((channel) => channel.broadcaster.id === ref);
  }

  user(ref: UserRef): User {
    return this.findUser(ref) ?? notFound(`There is no user ${String(ref)}.`);
  }

  channel(ref: ChannelRef): Channel {
    return this.findChannel(ref) ?? notFound(`There is no channel ${String(ref)}.`);
  }

  /** What a user is to a channel; changes only through `setRoles`, `follow`, `subscribe` and gifts. */
  roles({ channel, user }: { channel: ChannelRef; user: UserRef }): Roles {
    const { roles } = this.channel(channel);
    const member = this.user(user);
    let found = roles.get(member);
    if (!found) {
      found = {
        moderator: false,
        vip: false,
        og: false,
        founder: false,
        subscriberMonths: 0,
        giftedSubscriptions: 0,
        followingSince: null,
      };
      roles.set(member, found);
    }
    return found;
  }

  setRoles({ channel, user, ...roles }: { channel: ChannelRef; user: UserRef } & Partial<Roles>): void {
    Object.assign(this.roles({ channel, user }), roles);
  }
}
