import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Usage } from '../../../src/core/commands/usage.js';

const read = (usage: string, typed: string) => {
  const parsed = new Usage(usage).parse(typed);
  return 'problem' in parsed ? parsed.problem : { ...parsed.arguments };
};

describe('a usage string', () => {
  it('reads words, numbers, users, durations and choices', () => {
    expect(read('x <a> <b:int> <c:number>', ' one -2  3.5 ')).toEqual({ a: 'one', b: -2, c: 3.5 });
    expect(read('x <who:user> <long:duration> <state:on|off>', '@Ada_1 1h30m ON')).toEqual({
      who: { username: 'Ada_1' },
      long: 5_400_000,
      state: 'on',
    });
  });

  it('leaves out what was not typed, and leaves alone what was typed beyond', () => {
    expect(read('roll [sides:int]', '')).toEqual({});
    expect(read('roll [sides:int]', '20 please')).toEqual({ sides: 20 });
  });

  it('gives the rest of the line with its spaces', () => {
    expect(read('warn <who:user> [...reason]', 'ada  be   nice ')).toEqual({
      who: { username: 'ada' },
      reason: 'be   nice',
    });
    expect(read('warn <who:user> [...reason]', 'ada')).toEqual({ who: { username: 'ada' } });
  });

  it.each([
    ['x <a:int>', '', 'a is missing.'],
    ['x <a:int>', '1.5', 'a must be a whole number.'],
    ['x <a:number>', 'Infinity', 'a must be a number.'],
    ['x <a:number>', '0x10', 'a must be a number.'],
    ['x <a:user>', '<script>', 'a must be a user name.'],
    ['x <a:duration>', '5', 'a must be a duration such as 90s or 1h30m.'],
    ['x <a:on|off|auto>', 'maybe', 'a must be on, off or auto.'],
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
    ['x a', 'a is written <a> or [a]'],
    ['x <a', '<a is written <<a> or [<a]'],
    ['x <:int>', '<:int> needs a name'],
    [
      'x <a:integer>',
      'the kind of a is one of string, int, number, user, duration, or a choice such as on|off',
    ],
    ['x <a:on|>', 'the kind of a is one of string, int, number, user, duration, or a choice such as on|off'],
    ['x [a] <b>', '<b> comes before the optional arguments'],
    ['x [...a] [b]', '[...a] comes last'],
    ['x <...a:int>', '<...a:int> takes the rest of the line and has no kind'],
    ['x <a> [a]', 'two arguments are called a'],
  ])('%j is refused: %s', (usage, rule) => {
    expect(() => new Usage(usage)).toThrow(`The usage '${usage}' is wrong: ${rule}.`);
  });

  it('never throws on what people type, and never hands on a number that is none', () => {
    const usage = new Usage('x <a:int> [b:number] [c:duration] [...d]');
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'019.- ehms') })),
        (typed) => {
          const parsed = usage.parse(typed);
          if ('problem' in parsed) return /^[abc] /.test(parsed.problem);
          return Object.entries(parsed.arguments).every(([name, value]) =>
            name === 'd' ? typeof value === 'string' : Number.isFinite(value),
          );
        },
      ),
    );
  });

  it('F 89: takes __proto__ and constructor for names like any other', () => {
    const parsed = new Usage('x <__proto__> <constructor>').parse('a b');
    expect('arguments' in parsed && Object.entries(parsed.arguments)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
