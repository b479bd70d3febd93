import { describe, expect, it } from 'vitest';
import { CommandRouter } from '../../../src/core/commands/command-router.js';
import { foldCase } from '../../../src/core/commands/fold-case.js';

const command = (plugin: string, ...names: string[]) => ({ plugin, names });

describe('the command router', () => {
  it('finds a command by name or alias, in any case, and cuts off what follows', () => {
    const router = new CommandRouter();
    const roll = command('dice', 'roll', 'dice');
    router.add(roll);
    expect(router.find('!roll', 1)).toEqual({ command: roll, name: 'roll', rest: '' });
    expect(router.find('!DICE   20  now ', 1)).toEqual({ command: roll, name: 'dice', rest: '20  now' });
    expect(router.find('bot, roll', 5)?.command).toBe(roll);
  });

  it('takes the longest name that fits', () => {
    const router = new CommandRouter();
    const quote = command('quotes', 'quote', 'q');
    const add = command('quotes', 'quote add', 'qa');
    const addNow = command('quotes', 'quote add right now');
    for (const each of [add, quote, addNow]) router.add(each);
    const found = (content: string) => router.find(content, 1);
    expect(found('!quote')).toEqual({ command: quote, name: 'quote', rest: '' });
    expect(found('!quote addition')).toEqual({ command: quote, name: 'quote', rest: 'addition' });
    expect(found('!Quote  ADD\u3000 so it is ')).toEqual({
      command: add,
      name: 'quote add',
      rest: 'so it is',
    });
    expect(found('!quote add right')).toEqual({ command: add, name: 'quote add', rest: 'right' });
    expect(found('!quote add right now !')).toEqual({
      command: addNow,
      name: 'quote add right now',
      rest: '!',
    });
    expect(found('!qa yes')).toEqual({ command: add, name: 'qa', rest: 'yes' });
    expect(found('!q add yes')).toEqual({ command: quote, name: 'q', rest: 'add yes' });
  });

  it('finds nothing in the first words of a name', () => {
    const router = new CommandRouter();
    router.add(command('quotes', 'quote add'));
    expect([router.find('!quote', 1), router.find('!quote del', 1)]).toEqual([undefined, undefined]);
  });

  it.each([
    ['straße', '!STRASSE'],
    ['été', '!E\u0301TE\u0301'],
  ])('finds %s in %s', (name, content) => {
    const router = new CommandRouter();
    router.add(command('words', foldCase(name)));
    expect(router.find(content, 1)?.name).toBe(foldCase(name));
  });

  it.each(['\u3000', '\u2003', '\u00a0', '\n'])('ends the name at %j as well', (space) => {
    const router = new CommandRouter();
    const roll = command('dice', 'roll');
    router.add(roll);
    expect(router.find(`!roll${space}20`, 1)).toEqual({ command: roll, name: 'roll', rest: '20' });
  });

  it.each(['!', '! roll', '!rolls', '!ro', '![emote:1:roll]'])('finds nothing in %j', (content) => {
    const router = new CommandRouter();
    router.add(command('dice', 'roll'));
    expect(router.find(content, 1)).toBeUndefined();
  });

  it('F 88: leaves a name with the plugin that claimed it first, and names both', () => {
    const router = new CommandRouter();
    const first = command('dice', 'roll');
    router.add(first);
    expect(() => router.add(command('games', 'play', 'roll'))).toThrow(
      'Plugins dice and games both claim the command roll: remove one of them from plugins, or rename the command in one.',
    );
    expect(router.find('!roll', 1)?.command).toBe(first);
    expect(router.find('!play', 1)).toBeUndefined();
  });

  it('forgets a command that is taken away', () => {
    const router = new CommandRouter();
    const takeAway = router.add(command('dice', 'roll', 'dice', 'roll often'));
    const rollSlowly = command('slow', 'roll slowly');
    router.add(rollSlowly);
    takeAway();
    expect([router.find('!dice', 1), router.find('!roll often', 1)]).toEqual([undefined, undefined]);
    expect(router.find('!roll slowly', 1)?.command).toBe(rollSlowly);
    expect(() => router.add(command('games', 'roll'))).not.toThrow();
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'F 89: %s is no command until a plugin makes it one',
    (name) => {
      const router = new CommandRouter();
      expect(router.find(`!${name}`, 1)).toBeUndefined();
      const odd = command('odd', name.toLowerCase());
      router.add(odd);
      expect(router.find(`!${name}`, 1)?.command).toBe(odd);
    },
  );
});
