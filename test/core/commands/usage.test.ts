import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lookups } from '../../../src/core/commands/kind-of-argument.js';
import { type ParsedArguments, Usage } from '../../../src/core/commands/usage.js';
import { userId } from '../../../src/core/primitives/ids.js';

const ada = { id: userId(7), username: 'Ada_1' };

/** Knows `ada_1`, takes its time for `late`, and cannot tell of `down`. */
const lookups: Lookups = {
  findUser: (typed) => {
    if (/^@?down$/.test(typed)) return Promise.reject(new Error('Kick is down'));
    if (/^@?late$/.test(typed)) return Promise.resolve(ada);
    if (/^@?gone$/.test(typed)) return Promise.resolve(undefined);
    return ['ada_1', '@ada_1', '7'].includes(typed.toLowerCase()) ? ada : undefined;
  },
  commandNamed: (name) => (name === 'q add' ? 'quote add' : undefined),
};

const shown = (parsed: ParsedArguments) => ('problem' in parsed ? parsed.problem : { ...parsed.arguments });
const read = (usage: string, typed: string) => {
  const parsed = new Usage(usage).parse(typed, lookups);
  return parsed instanceof Promise ? parsed.then(shown) : shown(parsed);
};

const kinds = 'string, int, number, boolean, user, duration, url, command';

describe('a usage string', () => {
  it('reads words, numbers, users, durations and choices', () => {
    expect(read('x <a> <b:int> <c:number>', ' one -2  3.5 ')).toEqual({ a: 'one', b: -2, c: 3.5 });
    expect(read('x <who:user> <long:duration> <state:on|off>', '@Ada_1 1h30m ON')).toEqual({
      who: ada,
      long: 5_400_000,
      state: 'on',
    });
  });

  it('reads truths in eight spellings', () => {
    const truths = ['yes', 'ON', 'true', '1', 'no', 'Off', 'false', '0'].map((typed) =>
      read('x <a:boolean>', typed),
    );
    expect(truths).toEqual([true, true, true, true, false, false, false, false].map((a) => ({ a })));
  });

  it('reads a choice in any case, its accents composed or not', () => {
    const typed = ['ÉTÉ', 'e\u0301te\u0301', 'Été'];
    expect(typed.map((word) => read('x <a:été|hiver>', word))).toEqual(Array(3).fill({ a: 'été' }));
  });

  it('reads names of commands', () => {
    expect(read('help <a:command>', '"q add"')).toEqual({ a: 'quote add' });
  });

  it('waits only for somebody who has to be looked up', async () => {
    const usage = 'x <who:user> <times:int> [next:user=late]';
    const parsed = read(usage, 'late 3');
    expect(parsed).toBeInstanceOf(Promise);
    expect(await parsed).toEqual({ who: ada, times: 3, next: ada });
    expect(await read(usage, 'late three')).toBe('times must be a whole number.');
    expect(await read(usage, '@ada_1 3 gone')).toBe('next must be somebody on Kick.');
    expect(await read(usage, 'down 3')).toBe('who cannot be looked up on Kick now.');
  });

  it('reads kinds that were given to it', async () => {
    const kinds = new Map([
      ['shade', { description: 'a shade', parse: (word: string) => (word === 'red' ? '#f00' : undefined) }],
    ]);
    const parsed = new Usage('paint <wall:shade>', kinds).parse('red', lookups);
    expect(parsed).toEqual({ arguments: Object.assign(Object.create(null), { wall: '#f00' }) });
    expect(() => new Usage('paint <wall:shades>', kinds)).toThrow('command, shade, or a choice');
  });

  it('reads addresses', () => {
    expect(read('x <a:url>', 'HTTPS://kick.com/a?b=c#d')).toEqual({ a: new URL('https://kick.com/a?b=c#d') });
  });

  it('takes the first words for the name, and the next for arguments', () => {
    const usage = new Usage('  Quote   add <text>');
    expect([usage.name, usage.text]).toEqual(['quote add', 'Quote add <text>']);
    expect(read('quote remove <id:int>', '7')).toEqual({ id: 7 });
  });

  it('fills in defaults as if they had been typed', () => {
    const usage = 'x [sides:int=6] [state:on|off=off] [when=12:30] [...why=a=b]';
    expect(read(usage, '')).toEqual({ sides: 6, state: 'off', when: '12:30', why: 'a=b' });
    expect(read(usage, '20 on now')).toEqual({ sides: 20, state: 'on', when: 'now', why: 'a=b' });
    expect(read('x [a] [b:int=1]', '')).toEqual({ b: 1 });
    expect(new Usage('roll [sides:int=6]').text).toBe('roll [sides=6]');
  });

  it.each([
    ['"two words" next', { a: 'two words', b: 'next' }],
    ['“two words” next', { a: 'two words', b: 'next' }],
    ['„two words“ next', { a: 'two words', b: 'next' }],
    ['”two words” next', { a: 'two words', b: 'next' }],
    [String.raw`"say \"hi\"" \"`, { a: 'say "hi"', b: String.raw`\"` }],
    [String.raw`"C:\new\\" b`, { a: String.raw`C:\new\ `.trim(), b: 'b' }],
    ['"" b', { a: '', b: 'b' }],
    ['"a"b c" d', { a: 'a"b c', b: 'd' }],
    ['"a b', { a: '"a', b: 'b' }],
    ['“a" b"', { a: '“a"', b: 'b"' }],
    ['it\'s 5" long', { a: "it's", b: '5"' }],
    ['[emote:1:two words] b', { a: '[emote:1:two words]', b: 'b' }],
    ['[emote:1:a][emote:2:b c]! [emote:3:d', { a: '[emote:1:a][emote:2:b c]!', b: '[emote:3:d' }],
  ])('reads %s as two words', (typed, words) => {
    expect(read('x <a> <b>', typed)).toEqual(words);
  });

  it('leaves quotes in the rest of the line', () => {
    expect(read('x <a> <...b>', '"a b"  "c d" e')).toEqual({ a: 'a b', b: '"c d" e' });
  });

  it('leaves out what was not typed, and leaves alone what was typed beyond', () => {
    expect(read('roll [sides:int]', '')).toEqual({});
    expect(read('roll [sides:int]', '20 please')).toEqual({ sides: 20 });
  });

  it('gives the rest of the line with its spaces', () => {
    expect(read('warn <who:user> [...reason]', 'ada_1  be   nice ')).toEqual({
      who: ada,
      reason: 'be   nice',
    });
    expect(read('warn <who:user> [...reason]', '7')).toEqual({ who: ada });
  });

  it.each([
    ['x <a:int>', '', 'a is missing.'],
    ['x <a:int>', '1.5', 'a must be a whole number.'],
    ['x <a:number>', 'Infinity', 'a must be a number.'],
    ['x <a:number>', '0x10', 'a must be a number.'],
    ['x <a:user>', '<script>', 'a must be somebody on Kick.'],
    ['x <a:user>', '@nobody', 'a must be somebody on Kick.'],
    ['x <a:command>', 'q', 'a must be a command.'],
    ['x <a:duration>', '5', 'a must be a duration such as 90s or 1h30m.'],
    ['x <a:on|off|auto>', 'maybe', 'a must be on, off or auto.'],
    ['x <a:int>', '""', 'a must be a whole number.'],
    ['x <a:boolean>', 'perhaps', 'a must be yes or no.'],
    ['x <a:url>', 'kick.com', 'a must be an address such as https://kick.com.'],
    ['x <a:url>', 'https:kick.com', 'a must be an address such as https://kick.com.'],
    ['x <a:url>', 'https://', 'a must be an address such as https://kick.com.'],
    ['x <a:url>', 'javascript:alert(1)', 'a must be an address such as https://kick.com.'],
    ['x [a:int=6]', 'six', 'a must be a whole number.'],
    ['x <...a>', ' ', 'a is missing.'],
  ])('%s given %j says: %s', (usage, typed, problem) => {
    expect(read(usage, typed)).toBe(problem);
  });

  it('is shown without kinds', () => {
    expect(new Usage('Warn <who:user> [...reason]').text).toBe('Warn <who> [...reason]');
    expect(new Usage('Warn <who:user>').name).toBe('warn');
  });

  it.each([
    ['', 'it starts with the name of the command'],
    ['<a>', 'it starts with the name of the command'],
    ['x <a> b', 'b is written <b> or [b]'],
    ['x <a', '<a is written <<a> or [<a]'],
    ['x <:int>', '<:int> needs a name'],
    ['x <a:integer>', `the kind of a is one of ${kinds}, or a choice such as on|off`],
    ['x <a:on|>', `the kind of a is one of ${kinds}, or a choice such as on|off`],
    ['x <a:int:b>', `the kind of a is one of ${kinds}, or a choice such as on|off`],
    ['x <a:__proto__>', `the kind of a is one of ${kinds}, or a choice such as on|off`],
    ['x [a:int=six]', 'the default of a must be a whole number'],
    ['x [a:on|off=maybe]', 'the default of a must be on or off'],
    ['x [a=]', 'the default of a must be a word'],
    ['x <a:int=6>', 'a has a default, so it is optional and stands in [ ]'],
    ['x [a] <b>', '<b> comes before the optional arguments'],
    ['x [...a] [b]', '[...a] comes last'],
    ['x <...a:int>', '<...a:int> takes the rest of the line and has no kind'],
    ['x <a> [a]', 'two arguments are called a'],
  ])('%j is refused: %s', (usage, rule) => {
    expect(() => new Usage(usage)).toThrow(`The usage '${usage}' is wrong: ${rule}.`);
  });

  it('never throws on what people type, and never hands on a number that is none', () => {
    const usage = new Usage('x <a:int> [b:number] [c:duration] [e:url=https://kick.com] [...d]');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...'019.- ehms"“”„\\[]:') }),
        ),
        (typed) => {
          const parsed = usage.parse(typed, lookups);
          if (parsed instanceof Promise) return false;
          if ('problem' in parsed) return /^[abce] /.test(parsed.problem ?? '');
          return Object.entries(parsed.arguments).every(([name, value]) =>
            name === 'd'
              ? typeof value === 'string'
              : name === 'e'
                ? value instanceof URL
                : Number.isFinite(value),
          );
        },
      ),
    );
  });

  it('gives back whatever stands between quotes, with quotes and backslashes escaped', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...' "“”„\\[]:'), fc.string({ minLength: 1, maxLength: 1 })),
    });
    fc.assert(
      fc.property(text, text, fc.constantFrom('""', '“”', '„“'), (a, b, [open, close]) => {
        const quoted = (words: string) => `${open}${words.replace(/["“”„\\]/g, '\\$&')}${close}`;
        expect(read('x <a> <b>', ` ${quoted(a)}  ${quoted(b)}`)).toEqual({ a, b });
      }),
    );
  });

  it('reads any words as split at spaces where no quote or emote begins one', () => {
    const word = fc.stringMatching(/^[a-z\\][a-z"“”\\\]]{0,9}$/);
    fc.assert(
      fc.property(word, word, fc.stringMatching(/^\s{1,5}$/), (a, b, gap) => {
        expect(read('x <a> <b>', `${gap}${a}${gap}${b}${gap}`)).toEqual({ a, b });
      }),
    );
  });

  it('F 89: takes __proto__ and constructor for names like any other', () => {
    const parsed = new Usage('x <__proto__> <constructor>').parse('a b', lookups);
    expect('arguments' in parsed && Object.entries(parsed.arguments)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
