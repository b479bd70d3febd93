import { Command, Plugin } from 'kickbot';

/** Answers `!ping`, to show that the bot is there. */
@Plugin({ name: 'ping' })
export default class Ping {
  @Command('ping', { cooldown: { channel: '2s' } })
  ping() {
    return 'pong';
  }
}
