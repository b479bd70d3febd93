/** The scopes in Kick's own form, one text with spaces between them. A word Kick may add later stays in the list. */
export function parseScopes(text: string): readonly string[] {
  return [...new Set(text.split(' '))].filter((scope) => scope !== '');
}

/** The scopes that were asked for and not granted: a person can untick some on Kick's consent page. */
export function missingScopes(wanted: readonly string[], granted: readonly string[]): readonly string[] {
  return wanted.filter((scope) => !granted.includes(scope));
}
