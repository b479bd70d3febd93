import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sendableText, splitMessage } from '../../../../src/core/chat/sending/message-parts.js';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const graphemesOf = (text: string) => Array.from(segmenter.segment(text), ({ segment }) => segment);
const withoutSpace = (text: string) => graphemesOf(text).filter((grapheme) => grapheme.trim() !== '');
const longText = (unit: fc.Arbitrary<string>) =>
  fc.array(unit, { minLength: 1, maxLength: 400 }).map((units) => sendableText(units.join('')));

/** Words, spaces, families, flags, right-to-left text, accents, emotes: what chat is made of. */
const chatUnit = fc.oneof(
  { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 12 }) },
  { weight: 4, arbitrary: fc.constant(' ') },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }) },
  fc.constantFrom('👨‍👩‍👧‍👦', '🇩🇪', '👍🏽', 'שלום', 'مرحبا', 'e\u0301', '❤️', 'हिन्दी'),
  fc.constantFrom('[emote:37226:KEKW]', '[emote:1:a]', '[emote:', '[emote:9:b'),
);

describe('splitting a message', () => {
  it('leaves a message of 500 characters alone and cuts one of 501', () => {
    expect(splitMessage('x'.repeat(500))).toEqual(['x'.repeat(500)]);
    expect(splitMessage('x'.repeat(501))).toEqual(['x'.repeat(500), 'x']);
  });

  it('cuts between words, and drops the spaces there', () => {
    const head = 'a'.repeat(300);
    const tail = 'b'.repeat(300);
    expect(splitMessage(`${head}   ${tail}`)).toEqual([head, tail]);
    expect(splitMessage(`${'a'.repeat(500)} ${tail}`)).toEqual(['a'.repeat(500), tail]);
  });

  it('C46 keeps every part within 500 characters by either count', () => {
    fc.assert(
      fc.property(longText(chatUnit), (text) => {
        for (const part of splitMessage(text)) {
          expect(part.length).toBeLessThanOrEqual(500);
          expect([...part].length).toBeLessThanOrEqual(500);
          if (text !== '') expect(part).not.toBe('');
        }
      }),
      { numRuns: 60 },
    );
  });

  it('C46 loses nothing but space, and breaks no grapheme', () => {
    fc.assert(
      fc.property(longText(chatUnit), (text) => {
        expect(splitMessage(text).flatMap(withoutSpace)).toEqual(withoutSpace(text));
      }),
      { numRuns: 60 },
    );
  });

  it('gives back the same words when no word is longer than a message', () => {
    const words = fc.array(
      fc.string({ minLength: 1, maxLength: 60 }).filter((word) => /^\S+$/.test(word)),
      {
        minLength: 1,
        maxLength: 80,
      },
    );
    fc.assert(
      fc.property(words, (said) => {
        const parts = splitMessage(said.join(' '));
        expect(parts.flatMap((part) => part.split(' '))).toEqual(said);
      }),
      { numRuns: 60 },
    );
  });

  it('never cuts an emote tag', () => {
    const tag = '[emote:37226:KEKW]';
    fc.assert(
      fc.property(fc.integer({ min: 470, max: 500 }), fc.integer({ min: 1, max: 40 }), (before, count) => {
        const parts = splitMessage('x'.repeat(before) + tag.repeat(count));
        expect(parts.flatMap((part) => part.match(/\[emote:\d+:\w+\]/g) ?? [])).toHaveLength(count);
        expect(parts.join('')).toBe('x'.repeat(before) + tag.repeat(count));
      }),
    );
  });

  it('C46 splits a wall of family emoji between the families', () => {
    const family = '👨‍👩‍👧‍👦';
    const parts = splitMessage(family.repeat(900));
    expect(parts.join('')).toBe(family.repeat(900));
    for (const part of parts) expect(part.length % family.length).toBe(0);
  });

  it('cuts a grapheme that is larger than a message between its characters', () => {
    const zalgo = `a${'\u0301'.repeat(1_200)}`;
    const parts = splitMessage(zalgo);
    expect(parts.join('')).toBe(zalgo);
    expect(parts).toHaveLength(3);
  });
});

describe('what can be sent', () => {
  it('turns line breaks and control characters into spaces', () => {
    expect(sendableText('one\r\ntwo\u2028three\u0000four\tfive')).toBe('one two three four five');
  });

  it('replaces half characters', () => {
    expect(sendableText('a\uD83Db')).toBe('a\uFFFDb');
    expect(sendableText('a😀b')).toBe('a😀b');
  });

  it.each([
    ['nothing', ''],
    ['spaces', ' \n\t '],
    ['invisible characters', '\u200B\u200D\uFEFF'],
  ])('leaves nothing of %s', (_, content) => {
    expect(sendableText(content)).toBe('');
  });
});
