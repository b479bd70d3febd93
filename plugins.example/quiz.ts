import { Command, CommandContext, Plugin, Random } from 'kickbot';

/** `!quiz` asks for a product and waits half a minute for whoever has it first. */
@Plugin({ name: 'quiz' })
export default class Quiz {
  constructor(private readonly random: Random) {}

  @Command('quiz', { cooldown: { channel: '30s' } })
  async quiz(ctx: CommandContext) {
    const [first, second] = [this.random.int(2, 12), this.random.int(2, 12)];
    await ctx.say(`What is ${first} times ${second}?`);
    const product = String(first * second);
    const answer = await ctx.waitFor({
      within: '30s',
      matching: ({ content }) => content.trim() === product,
    });
    await ctx.say(answer ? `${answer.sender.username} has it: ${product}.` : `Nobody? It is ${product}.`);
  }
}
