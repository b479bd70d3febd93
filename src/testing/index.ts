/** `kickbot/testing`: a bot without a network, to test plugins with. */
export {
  createTestBot,
  type ModerationAction,
  TestBot,
  type TestBotOptions,
  type TestPlugin,
} from './test-bot.js';
export { TestClock } from './test-clock.js';
export type { TestEvent, TestUser } from './test-event.js';
export type { TestKick } from './test-kick.js';
export { TestRandom } from './test-random.js';
