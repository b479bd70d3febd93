import { randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A new ULID of that time: 48 bits of milliseconds and 80 of chance. Source: the ULID specification. */
export function ulid(now: number): string {
  let time = '';
  for (let rest = now; time.length < 10; rest = Math.floor(rest / 32))
    time = ALPHABET.charAt(rest % 32) + time;
  const chance = Array.from({ length: 16 }, () => ALPHABET.charAt(randomInt(32)));
  return time + chance.join('');
}
