import { Command, type CommandContext, Plugin, Store, type StoreTable, z } from 'kickbot';

const options = z.object({ prize: z.number().int().min(1).default(10) });
type PointsOptions = z.output<typeof options>;

/** A prize a day for whoever asks, presents among viewers, and who has most. */
@Plugin({ name: 'points', options })
export default class Points {
  readonly #points: StoreTable<number>;
  readonly #claims: StoreTable<boolean>;

  constructor(private readonly store: Store) {
    this.#points = store.of('points', z.number().int().min(0));
    this.#claims = store.of('claims', z.boolean());
  }

  @Command('daily')
  async daily(ctx: CommandContext<PointsOptions>) {
    const { prize } = ctx.options;
    const name = ctx.sender.username.toLowerCase();
    const sum = await this.store.transaction(async () => {
      const claims = this.#claims.channel(ctx.channel);
      if (await claims.get(name)) return undefined;
      await claims.set(name, true, { expiresIn: '1d' });
      return this.#points.channel(ctx.channel).increment(name, prize);
    });
    return sum === undefined ? 'You had your points already.' : `You have ${sum} points now.`;
  }

  @Command('give <to:user> <amount:int>')
  async give(
    ctx: CommandContext<PointsOptions>,
    { to, amount }: { to: { username: string }; amount: number },
  ) {
    const points = this.#points.channel(ctx.channel);
    const giver = ctx.sender.username.toLowerCase();
    return this.store.transaction(async () => {
      if (amount < 1 || amount > ((await points.get(giver)) ?? 0)) return 'You have not got that many.';
      await points.increment(giver, -amount);
      await points.increment(to.username.toLowerCase(), amount);
      return `${to.username} has ${amount} points more.`;
    });
  }

  @Command('leaders')
  async leaders(ctx: CommandContext<PointsOptions>) {
    const best = await this.#points.channel(ctx.channel).top(3);
    return best.map(({ key, value }) => `${key}: ${value}`).join(', ') || 'Nobody has points yet.';
  }
}
