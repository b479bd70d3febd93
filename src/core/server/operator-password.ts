import { scrypt, timingSafeEqual } from 'node:crypto';
import { KickbotError } from '../primitives/error.js';
import { Random } from '../primitives/random.js';
import { Secret } from '../primitives/secret.js';
import type { Database } from '../storage/schema.js';

const shortest = 12;
const longest = 1024;
const keyBytes = 32;
const saltBytes = 16;
/** OWASP's first choice for scrypt: 128 MiB and some tenths of a second for each guess. */
const cost = { N: 2 ** 17, r: 8, p: 1 };
const form = /^\$scrypt\$ln=17,r=8,p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** A password as it is stored; another one is another hash, also of the same words. */
export type PasswordHash = string;

/**
 * The password of whoever runs the bot, for the console. The database holds its scrypt hash (RFC 7914) in PHC's
 * notation, `$scrypt$ln=17,r=8,p=1$salt$hash`.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
export class OperatorPassword {
  constructor(
    private readonly open: () => Promise<Database>,
    private readonly random: Random,
  ) {}

  /** The stored hash; undefined while no password is set. */
  async current(): Promise<PasswordHash | undefined> {
    const database = await this.open();
    return (await database.selectFrom('operator').select('password_hash').executeTakeFirst())?.password_hash;
  }

  /** Sets the password in place of the one before. Throws `usage.bad_password` when it is too short or too long. */
  async set(password: Secret): Promise<void> {
    const length = [...password.reveal()].length;
    if (length < shortest || length > longest) {
      throw new KickbotError(
        'usage.bad_password',
        `The password has ${length} characters: use ${shortest} to ${longest}, for example four words nobody would guess.`,
      );
    }
    const salt = Buffer.from(this.random.bytes(saltBytes));
    const row = { id: 1, password_hash: write(salt, await derive(password, salt)) };
    const database = await this.open();
    await database
      .insertInto('operator')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  }

  /** The stored hash when this is its password. It takes the same time whatever the guess. */
  async match(guess: Secret): Promise<PasswordHash | undefined> {
    const hash = await this.current();
    const [, salt, key] = form.exec(hash ?? '') ?? [];
    if (hash === undefined || salt === undefined || key === undefined) return undefined;
    const derived = await derive(guess, Buffer.from(salt, 'base64'));
    return timingSafeEqual(derived, Buffer.from(key, 'base64')) ? hash : undefined;
  }
}

function derive(password: Secret, salt: Buffer): Promise<Buffer> {
  // The same letters typed on another keyboard may come as other code points.
  const text = password.reveal().normalize('NFC');
  return new Promise((resolve, reject) => {
    const options = { ...cost, maxmem: 256 * cost.N * cost.r };
    scrypt(text, salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

function write(salt: Buffer, key: Buffer): PasswordHash {
  const [first, second] = [salt, key].map((bytes) => bytes.toString('base64').replace(/=+$/, ''));
  return `$scrypt$ln=17,r=8,p=1$${first}$${second}`;
}
