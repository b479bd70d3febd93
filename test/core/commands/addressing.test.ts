import { describe, expect, it } from 'vitest';
import { Addressing } from '../../../src/core/commands/addressing.js';

const channels = [
  { slug: 'here', username: 'Our_Bot' },
  { slug: 'there', prefix: 'Bot ', username: 'Our_Bot' },
  { slug: 'mute', prefix: '[' },
];

/** What would be read as the command in a message of that channel. */
function heard(content: string, slug = 'here'): string | undefined {
  const start = new Addressing('!', channels).startIn(content, slug);
  return start === -1 ? undefined : content.slice(start);
}

describe('what a command begins with', () => {
  it('is the prefix of the channel, or that of all channels', () => {
    expect([heard('!roll'), heard('!roll', 'elsewhere'), heard('!roll', 'there')]).toEqual([
      'roll',
      'roll',
      undefined,
    ]);
    expect(heard('Bot roll', 'there')).toBe('roll');
    expect(new Addressing('!', channels).prefixIn('there')).toBe('Bot ');
    expect(new Addressing('!', channels).prefixIn('__proto__')).toBe('!');
  });

  it.each(['bot roll', 'BOT roll', 'bOt roll'])('is read in any case: %s', (content) => {
    expect(heard(content, 'there')).toBe('roll');
  });

  it.each(['@our_bot roll 20', '@OUR_BOT roll 20', '@Our_Bot, roll 20', '@our_bot:  roll 20'])(
    'may be the name of the bot: %s',
    (content) => expect(heard(content)).toBe('roll 20'),
  );

  it.each(['@our_bot', '@our_bots roll', '@our_botroll', 'our_bot roll', 'hey @our_bot roll', '@ roll'])(
    'is not in %s',
    (content) => expect(heard(content)).toBeUndefined(),
  );

  it('is no name where the bot has none', () => {
    expect([heard('@our_bot roll', 'mute'), heard('@undefined roll', 'mute')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('lets the name be told apart from a prefix that begins alike', () => {
    const addressing = new Addressing('@', channels);
    expect([addressing.startIn('@roll', 'here'), addressing.startIn('@our_bot roll', 'here')]).toEqual([
      1, 9,
    ]);
    expect(addressing.startIn('@our_botroll', 'here')).toBe(1);
  });

  it.each(['[emote:1:roll]', '[emote:1:roll] roll', '[emote:37226:KEKW]!roll'])(
    'is never an emote: %s',
    (content) => {
      expect([heard(content), heard(content, 'mute')]).toEqual([undefined, undefined]);
      expect(heard('[roll', 'mute')).toBe('roll');
    },
  );
});
