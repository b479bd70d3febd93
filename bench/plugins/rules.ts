import { Plugin, Rule, type RuleContext, remove, z } from 'kickbot';

const options = z.object({
  maximumLength: z.int().default(300),
  maximumCapitals: z.number().default(0.7),
  maximumSymbols: z.number().default(0.6),
  maximumEmotes: z.int().default(8),
  maximumMentions: z.int().default(5),
  words: z.array(z.string()).default(['grzmf', 'blorp', 'snarkle', 'wuzzle', 'frobnitz']),
});
type Options = z.output<typeof options>;

/** Twelve rules of the kinds channels have, each by itself, as different plugins would bring them. */
@Plugin({ name: 'bench-rules', options })
export default class Rules {
  @Rule()
  links({ message }: RuleContext) {
    return /\bhttps?:\/\/|\bwww\./i.test(message.content) ? remove('a link') : undefined;
  }

  @Rule()
  invitations({ message }: RuleContext) {
    return /discord\.(gg|com\/invite)\/\w+/i.test(message.content) ? remove('an invitation') : undefined;
  }

  @Rule()
  length({ message, options }: RuleContext<Options>) {
    return message.content.length > options.maximumLength ? remove('too long') : undefined;
  }

  @Rule()
  capitals({ message: { content }, options }: RuleContext<Options>) {
    if (content.length < 12) return undefined;
    let capitals = 0;
    for (let index = 0; index < content.length; index++) {
      const code = content.charCodeAt(index);
      if (code >= 65 && code <= 90) capitals++;
    }
    return capitals / content.length > options.maximumCapitals ? remove('shouting') : undefined;
  }

  @Rule()
  symbols({ message: { content }, options }: RuleContext<Options>) {
    const symbols = content.match(/[!-/:-@[-`{-~]/g)?.length ?? 0;
    return symbols > 10 && symbols / content.length > options.maximumSymbols ? remove('symbols') : undefined;
  }

  @Rule()
  repetition({ message }: RuleContext) {
    return /(.)\1{14}/u.test(message.content) ? remove('repetition') : undefined;
  }

  @Rule()
  emotes({ message: { content }, options }: RuleContext<Options>) {
    let emotes = 0;
    for (let at = content.indexOf('[emote:'); at !== -1; at = content.indexOf('[emote:', at + 7)) emotes++;
    return emotes > options.maximumEmotes ? remove('emotes') : undefined;
  }

  @Rule()
  mentions({ message: { content }, options }: RuleContext<Options>) {
    return content.split('@').length - 1 > options.maximumMentions ? remove('mentions') : undefined;
  }

  @Rule()
  marks({ message }: RuleContext) {
    return /\p{M}{4}/u.test(message.content) ? remove('too many marks') : undefined;
  }

  @Rule()
  invisible({ message }: RuleContext) {
    return /[\u200b\u2060\u2066-\u2069\ufeff]/.test(message.content) ? remove('invisible text') : undefined;
  }

  @Rule()
  words({ message, options }: RuleContext<Options>) {
    const content = message.content.toLowerCase();
    return options.words.some((word) => content.includes(word)) ? remove('a blocked word') : undefined;
  }

  @Rule()
  advertising({ message }: RuleContext) {
    return /\b(cheap|best) (viewers|followers) (at|on)\b/i.test(message.content)
      ? remove('advertising')
      : undefined;
  }
}
