import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenSealer } from '../../../src/core/auth/token-sealer.js';
import { KickbotError } from '../../../src/core/primitives/error.js';
import { SystemRandom } from '../../../src/core/primitives/random.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7));
const key = new Secret(bytes.toString('base64'));
const otherKey = new Secret(Buffer.alloc(32, 9).toString('hex'));
const owner = { accountId: 'bot:my-bot', purpose: 'user', version: 3 };
const sealer = (keys: Secret[], logger = new RecordingLogger()) =>
  new TokenSealer(keys, new SystemRandom(), logger);
/** The text, or the code of the error that came instead. */
const opening = (sealed: string) => {
  try {
    return sealer([key]).open(sealed, owner);
  } catch (error) {
    return error instanceof KickbotError ? error.code : error;
  }
};
const withCode = (code: string) => expect.objectContaining({ code });

describe('TokenSealer', () => {
  it('opens what it sealed, and nothing of it shows', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, unit: 'binary' }), (text) => {
        const sealed = sealer([key]).seal(text, owner);
        expect(sealer([key]).open(sealed, owner)).toBe(text);
        expect(sealed).not.toContain(text);
      }),
    );
  });

  it('uses a fresh nonce for each write', () => {
    const one = sealer([key]);
    expect(one.seal('the same', owner)).not.toBe(one.seal('the same', owner));
  });

  it.each([
    ['base64', bytes.toString('base64')],
    ['base64 without padding', bytes.toString('base64').replace('=', '')],
    ['base64url', bytes.toString('base64url')],
    ['hexadecimal', bytes.toString('hex')],
    ['hexadecimal in capitals', ` ${bytes.toString('hex').toUpperCase()}\n`],
  ])('takes the key as %s', (_, text) => {
    const sealed = sealer([new Secret(text)]).seal('text', owner);
    expect(sealer([key]).open(sealed, owner)).toBe('text');
  });

  it.each([
    '',
    'password',
    'a'.repeat(32),
    bytes.toString('hex').slice(1),
    bytes.subarray(1).toString('base64'),
  ])('refuses a key that is not 32 bytes and says how to make one, without quoting it', (text) => {
    const thrown = (() => {
      try {
        return sealer([new Secret(text)]);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toMatchObject({
      code: 'auth.bad_secret_key',
      message: expect.stringContaining('openssl rand -base64 32'),
    });
    if (text !== '') expect(inspect(thrown)).not.toContain(text);
  });

  it('seals with the first key and opens with any, so that a key can be changed', () => {
    const old = sealer([key]).seal('text', owner);
    const both = sealer([otherKey, key]);
    expect(both.open(old, owner)).toBe('text');
    expect(sealer([otherKey]).open(both.seal('text', owner), owner)).toBe('text');
  });

  it('28. tells a wrong key and a missing key apart, and names the setting', () => {
    const sealed = sealer([key]).seal('text', owner);
    expect(() => sealer([otherKey]).open(sealed, owner)).toThrow(withCode('auth.secret_key_wrong'));
    expect(() => sealer([]).open(sealed, owner)).toThrow(withCode('auth.secret_key_missing'));
    expect(() => sealer([]).open(sealed, owner)).toThrow(/bot:my-bot.*KICKBOT_SECRET_KEY/);
  });

  it('2.4.6. 27. a flipped bit, a cut or another owner is a typed error that quotes nothing', () => {
    const sealed = sealer([key]).seal('text', owner);
    const unreadable = withCode('auth.tokens_unreadable');
    const envelope: { data: string } = JSON.parse(sealed);
    const data = Buffer.from(envelope.data, 'base64');
    for (let index = 0; index < data.length; index += 1) {
      const flipped = Buffer.from(data);
      flipped[index] = (flipped[index] ?? 0) ^ 1;
      const text = JSON.stringify({ ...envelope, data: flipped.toString('base64') });
      expect(() => sealer([key]).open(text, owner)).toThrow(unreadable);
    }
    for (let index = 0; index < sealed.length; index += 1) {
      const flipped = Buffer.from(sealed);
      flipped[index] = (flipped[index] ?? 0) ^ 1;
      expect(opening(flipped.toString())).toBeOneOf([
        'text',
        'auth.tokens_unreadable',
        'auth.secret_key_wrong',
      ]);
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => sealer([key]).open(sealed.slice(0, length), owner)).toThrow(unreadable);
    }
    for (const other of [{ accountId: 'bot:other' }, { purpose: 'app' }, { version: 2 }]) {
      expect(() => sealer([key]).open(sealed, { ...owner, ...other })).toThrow(unreadable);
    }
  });

  it('27. no text at all makes it throw anything but a typed error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => sealer([key]).open(text, owner)).toThrow(withCode('auth.tokens_unreadable'));
      }),
    );
  });

  it('stores unsealed without a key, with one warning, and opens it later with one', () => {
    const logger = new RecordingLogger();
    const keyless = sealer([], logger);
    const text = keyless.seal('text', owner);
    keyless.seal('text', owner);
    expect(logger.lines).toEqual([['warn', expect.stringContaining('KICKBOT_SECRET_KEY')]]);
    expect(JSON.parse(text)).toMatchObject({ alg: 'none' });
    expect(keyless.open(text, owner)).toBe('text');
    expect(sealer([key]).open(text, owner)).toBe('text');
  });

  it('43. shows no key when it is printed', () => {
    const shown = inspect(sealer([key, otherKey]), { depth: 10, showHidden: true });
    expect(shown).not.toContain(key.reveal());
    expect(shown).not.toMatch(/<Buffer/);
  });
});
