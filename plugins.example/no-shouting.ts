import { Plugin, Rule, RuleContext, remove, z } from 'kickbot';

const options = z.object({
  /** Shorter messages may shout. */
  minimumLetters: z.number().int().min(1).default(12),
  /** Share of capitals among the letters that exist in both cases. */
  capitals: z.number().min(0).max(1).default(0.8),
});
type NoShoutingOptions = z.output<typeof options>;

/** Removes messages in capitals. Emotes do not count, nor do scripts that know no capitals. */
@Plugin({ name: 'no-shouting', options })
export default class NoShouting {
  @Rule()
  noShouting({ message, options }: RuleContext<NoShoutingOptions>) {
    const text = message.content.replaceAll(/\[emote:\d+:[^\]]*\]/g, '');
    const capitals = text.match(/\p{Lu}/gu)?.length ?? 0;
    const letters = capitals + (text.match(/\p{Ll}/gu)?.length ?? 0);
    const isShouted = letters >= options.minimumLetters && capitals / letters >= options.capitals;
    return isShouted ? remove('shouting') : undefined;
  }
}
