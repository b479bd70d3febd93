import { EventContext, Every, Plugin, Random, z } from 'kickbot';

const options = z.object({ tips: z.array(z.string()).min(1).default(['Try !roll.', 'Be kind.']) });
type TipsOptions = z.output<typeof options>;

/** Gives a tip every half hour of a stream. */
@Plugin({ name: 'tips', options })
export default class Tips {
  constructor(private readonly random: Random) {}

  @Every('30m', { when: 'live' })
  tip(ctx: EventContext<TipsOptions>) {
    return this.random.pick(ctx.options.tips);
  }
}
