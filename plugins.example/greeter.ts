import { EventContext, type KickEventNamed, On, Plugin, z } from 'kickbot';

const options = z.object({ thanks: z.string().default('Thank you') });
type GreeterOptions = z.output<typeof options>;

/** Greets those who follow, subscribe or bring their viewers. */
@Plugin({ name: 'greeter', options })
export default class Greeter {
  @On('channel.followed')
  async followed({ follower }: KickEventNamed<'channel.followed'>, ctx: EventContext<GreeterOptions>) {
    await ctx.say(`${ctx.options.thanks} for the follow, ${follower.username}!`);
  }

  @On('channel.subscription.new')
  async subscribed(
    { subscriber }: KickEventNamed<'channel.subscription.new'>,
    ctx: EventContext<GreeterOptions>,
  ) {
    await ctx.say(`${ctx.options.thanks} for subscribing, ${subscriber.username}!`);
  }

  @On('channel.hosted')
  async hosted({ host, viewers }: KickEventNamed<'channel.hosted'>, ctx: EventContext<GreeterOptions>) {
    await ctx.say(`Welcome, ${host.username} and ${viewers} viewers!`);
  }
}
