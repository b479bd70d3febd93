import { expect, it } from 'vitest';
import { MessageNotSentError, type NotSentReason } from '../../../src/core/chat/sender.js';
import { PluginSender } from '../../../src/core/plugins/plugin-sender.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { channelNumber } from '../chat/sending/fake-chat.js';
import { ListSender } from './host-for-tests.js';

function open() {
  const [list, clock, logger] = [new ListSender(), new FakeClock(), new RecordingLogger()];
  const sender = new PluginSender('dice', list, clock, logger);
  const fail = async (reason: NotSentReason, times = 1) => {
    list.failWith = new MessageNotSentError(reason);
    for (let i = 0; i < times; i++) {
      await sender.send({ channel: channelNumber(1), content: 'hello' }).catch(() => undefined);
    }
  };
  return { list, clock, logger, sender, fail };
}

it('names the plugin, whatever the plugin calls itself', async () => {
  const { list, sender } = open();
  await sender.send({ channel: channelNumber(1), content: 'hello', plugin: 'another', priority: 'timer' });
  expect(list.sent).toMatchObject([{ content: 'hello', plugin: 'dice', priority: 'timer' }]);
});

it('C41 tells of each reason at once, and then once a minute with the number', async () => {
  const { clock, logger, fail } = open();
  await fail('queue_full', 300);
  await fail('refused');
  expect(logger.lines.map(([, line]) => line)).toEqual([
    expect.stringMatching(/^A message of plugin dice was not sent: Too many messages wait/),
    expect.stringMatching(/^A message of plugin dice was not sent: Kick refused/),
  ]);
  logger.lines.length = 0;
  clock.advance(59_000);
  await fail('queue_full');
  expect(logger.lines).toEqual([]);
  clock.advance(1_000);
  expect(logger.lines).toEqual([
    [
      'warn',
      'In the last minute 300 more messages of plugin dice were not sent for the same reason (sender.queue_full).',
    ],
  ]);
  clock.advance(60_000);
  expect(logger.lines).toHaveLength(1);
  expect(clock.pending, 'nothing is left to tell').toBe(0);
});

it('tells twice of all that waited when its plugin was unloaded, and leaves no timer', async () => {
  const { list, clock, logger, sender } = open();
  const stopped: (() => void)[] = [];
  list.send = () =>
    new Promise((_, reject) => {
      stopped.push(() => reject(new MessageNotSentError('stopped')));
    });
  for (let i = 0; i < 300; i++) {
    sender.send({ channel: channelNumber(i), content: 'hello' }).catch(() => undefined);
  }
  sender.close();
  for (const stop of stopped) stop();
  await expect.poll(() => clock.pending).toBe(0);
  expect(logger.lines.map(([, line]) => line)).toEqual([
    expect.stringMatching(/^A message of plugin dice was not sent: The bot stopped/),
    expect.stringMatching(/ 299 more messages of plugin dice were not sent .*sender\.stopped/),
  ]);
});
