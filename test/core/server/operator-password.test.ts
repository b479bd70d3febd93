import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemRandom } from '../../../src/core/primitives/random.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import { OperatorPassword } from '../../../src/core/server/operator-password.js';
import type { Database } from '../../../src/core/storage/schema.js';
import { openTestDatabase } from '../../support/database.js';

let database: Database;
let password: OperatorPassword;

beforeAll(async () => {
  database = await openTestDatabase();
  password = new OperatorPassword(async () => database, new SystemRandom());
});
afterAll(() => database.destroy());

describe('the password of the console', () => {
  it.each(['', 'short', 'x'.repeat(11), '🐎'.repeat(11), 'x'.repeat(1025)])(
    'must have 12 to 1024 characters, unlike %j',
    async (text) => {
      await expect(password.set(new Secret(text))).rejects.toMatchObject({ code: 'usage.bad_password' });
      expect(await password.current()).toBeUndefined();
      expect(await password.match(new Secret(text))).toBeUndefined();
    },
  );

  it('is stored as a scrypt hash with a salt of its own, and the newest counts', async () => {
    await password.set(new Secret('Schlüsselblume 7'));
    const first = await password.current();
    expect(first).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await password.match(new Secret('Schlüsselblume 7'))).toBe(first);
    // The same word as another keyboard composes it.
    expect(await password.match(new Secret('Schlu\u0308sselblume 7'))).toBe(first);
    expect(await password.match(new Secret('schlüsselblume 7'))).toBeUndefined();
    await password.set(new Secret('Schlüsselblume 7'));
    expect(await password.current()).not.toBe(first);
    await password.set(new Secret('Himmelschlüssel 8'));
    expect(await password.match(new Secret('Schlüsselblume 7'))).toBeUndefined();
    expect(await database.selectFrom('operator').selectAll().execute()).toHaveLength(1);
  });
});
