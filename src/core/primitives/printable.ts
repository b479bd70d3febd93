import type { Secret } from './secret.js';

/** Text from outside, fit for a message: one line of at most 200 characters, without the secrets. */
export function printable(text: string, secrets: readonly Secret[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.reveal() !== '') clean = clean.replaceAll(secret.reveal(), '[secret]');
  }
  return clean.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 200);
}

/** An address fit to be shown: `postgres://user:[secret]@host/database`. Other texts as they are. */
export function withoutPassword(text: string): string {
  return text
    .replace(/(:\/\/[^/?#]*?:)[^/?#]*@/g, '$1[secret]@')
    .replace(/([?&]password=)[^&#]*/gi, '$1[secret]');
}
