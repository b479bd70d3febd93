import { Command, CommandContext, Plugin, Random, z } from 'kickbot';

const options = z.object({ sides: z.number().int().min(2).default(6) });
type DiceOptions = z.output<typeof options>;

/** `!roll` rolls a die, `!roll 20` one with twenty sides. */
@Plugin({ name: 'dice', options })
export default class Dice {
  constructor(private readonly random: Random) {}

  @Command('roll [sides:int]', { aliases: ['dice'], cooldown: { user: '5s' } })
  roll(ctx: CommandContext<DiceOptions>, { sides = ctx.options.sides }: { sides?: number }) {
    if (sides < 2) return 'A die has at least 2 sides.';
    return `${ctx.sender.username} rolled ${this.random.int(1, sides)}`;
  }
}
