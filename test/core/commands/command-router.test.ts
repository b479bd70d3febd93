import { describe, expect, it } from 'vitest';
import { CommandRouter } from '../../../src/core/commands/command-router.js';

const command = (plugin: string, ...names: string[]) => ({ plugin, names });

describe('the command router', () => {
  it('finds a command by name or alias, in any case, and cuts off what follows', () => {
    const router = new CommandRouter();
    const roll = command('dice', 'roll', 'dice');
    router.add(roll);
    expect(router.find('!roll', '!')).toEqual({ command: roll, name: 'roll', rest: '' });
    expect(router.find('!DICE   20  now ', '!')).toEqual({ command: roll, name: 'dice', rest: '20  now' });
    expect(router.find('bot, roll', 'bot, ')?.command).toBe(roll);
  });

  it.each(['\u3000', '\u2003', '\u00a0', '\n'])('ends the name at %j as well', (space) => {
    const router = new CommandRouter();
    const roll = command('dice', 'roll');
    router.add(roll);
    expect(router.find(`!roll${space}20`, '!')).toEqual({ command: roll, name: 'roll', rest: '20' });
  });

  it.each(['', '!', '! roll', 'roll', 'x!roll', '!rolls', '!ro', '?roll', '[emote:1:!roll]'])(
    'finds nothing in %j',
    (content) => {
      const router = new CommandRouter();
      router.add(command('dice', 'roll'));
      expect(router.find(content, '!')).toBeUndefined();
    },
  );

  it('F 88: leaves a name with the plugin that claimed it first, and names both', () => {
    const router = new CommandRouter();
    const first = command('dice', 'roll');
    router.add(first);
    expect(() => router.add(command('games', 'play', 'roll'))).toThrow(
      'Plugins dice and games both claim the command roll: remove one of them from plugins, or rename the command in one.',
    );
    expect(router.find('!roll', '!')?.command).toBe(first);
    expect(router.find('!play', '!')).toBeUndefined();
  });

  it('forgets a command that is taken away', () => {
    const router = new CommandRouter();
    const takeAway = router.add(command('dice', 'roll', 'dice'));
    takeAway();
    expect(router.find('!dice', '!')).toBeUndefined();
    expect(() => router.add(command('games', 'roll'))).not.toThrow();
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'F 89: %s is no command until a plugin makes it one',
    (name) => {
      const router = new CommandRouter();
      expect(router.find(`!${name}`, '!')).toBeUndefined();
      const odd = command('odd', name.toLowerCase());
      router.add(odd);
      expect(router.find(`!${name}`, '!')?.command).toBe(odd);
    },
  );
});
