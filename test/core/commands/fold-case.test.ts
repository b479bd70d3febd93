import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase } from '../../../src/core/commands/fold-case.js';

describe('folding case', () => {
  it.each([
    ['ROLL', 'roll'],
    ['STRASSE', 'straße'],
    ['ΣΑΣ', 'σας'],
    ['ÉTÉ', 'e\u0301te\u0301'],
    ['ПРИВЕТ', 'привет'],
  ])('makes %s and %s the same', (one, other) => expect(foldCase(one)).toBe(foldCase(other)));

  it('keeps different words apart', () => {
    expect(new Set(['roll', 'rôle', 'rol', '骰子', 'кубик'].map(foldCase)).size).toBe(5);
  });

  it('gives what it was given, folded once more, and does not care for the case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const folded = foldCase(text);
        expect(foldCase(folded)).toBe(folded);
        expect(foldCase(text.toUpperCase())).toBe(folded);
      }),
    );
  });
});
