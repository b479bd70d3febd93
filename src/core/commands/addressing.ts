import { endOfSpace } from './command-router.js';

export interface AddressedChannel {
  readonly slug: string;
  /** What commands begin with there, where it is not what they begin with elsewhere. */
  readonly prefix?: string | undefined;
  /** The bot's own name there: `@name roll` is for it as well. */
  readonly username?: string | undefined;
}

/** Tells in which messages a command may stand: after the channel's prefix, or after the bot's name. */
export class Addressing {
  readonly #everywhere: Address;
  readonly #bySlug = new Map<string, Address>();

  constructor(prefix: string, channels: readonly AddressedChannel[] = []) {
    this.#everywhere = new Address(prefix, undefined);
    for (const channel of channels) this.set(channel);
  }

  /** Of a channel that came later, or of one that was known before. */
  set({ slug, prefix = this.#everywhere.prefix, username }: AddressedChannel): void {
    this.#bySlug.set(slug, new Address(prefix, username));
  }

  /** What commands begin with in that channel. */
  prefixIn(slug: string): string {
    return this.#addressIn(slug).prefix;
  }

  /** Where a command's name would begin; -1 where the message is not for the bot. Most are not: it allocates nothing for them. */
  startIn(content: string, slug: string): number {
    return this.#addressIn(slug).startIn(content);
  }

  #addressIn(slug: string): Address {
    return this.#bySlug.get(slug) ?? this.#everywhere;
  }
}

const at = '@'.charCodeAt(0);

class Address {
  readonly #prefix: Opening;
  readonly #mention: Opening | undefined;
  readonly #firstLower: number;
  readonly #firstUpper: number;

  constructor(
    readonly prefix: string,
    username: string | undefined,
  ) {
    this.#prefix = new Opening(prefix);
    this.#mention = username === undefined ? undefined : new Opening(`@${username}`);
    this.#firstLower = prefix.toLowerCase().charCodeAt(0);
    this.#firstUpper = prefix.toUpperCase().charCodeAt(0);
  }

  startIn(content: string): number {
    const first = content.charCodeAt(0);
    if (first === at && this.#mention?.begins(content)) {
      const start = startAfter(content, this.#mention.length);
      if (start !== -1) return start;
    }
    if (first !== this.#firstLower && first !== this.#firstUpper) return -1;
    // An emote is no prefix that somebody typed, whatever the prefix is.
    return this.#prefix.begins(content) && !content.startsWith('[emote:') ? this.#prefix.length : -1;
  }
}

/** What a message may begin with, in any case. */
class Opening {
  readonly #lowerCase: string;

  constructor(private readonly text: string) {
    this.#lowerCase = text.toLowerCase();
  }

  get length(): number {
    return this.text.length;
  }

  begins(content: string): boolean {
    return (
      content.startsWith(this.text) || content.slice(0, this.text.length).toLowerCase() === this.#lowerCase
    );
  }
}

/** `@name roll`, `@name, roll` and `@name: roll`; not `@names roll`. */
function startAfter(content: string, mentionEnd: number): number {
  const end = mentionEnd + (/[,:]/.test(content.charAt(mentionEnd)) ? 1 : 0);
  const start = endOfSpace(content, end);
  return start > end ? start : -1;
}
