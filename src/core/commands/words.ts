/** One word of what somebody typed, or several between quotes. */
export interface TypedWord {
  readonly text: string;
  /** Where it begins, its quote included. */
  readonly start: number;
  /** Where what follows it begins. */
  readonly end: number;
}

/** What closes a quote that was opened with the key. Phones and languages pair the curly ones in several ways. */
const closing: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['“', '”“'],
  ['”', '”“'],
  ['„', '”“'],
]);
const space = /\s/;
const backslash = '\\';
const emote = /\[emote:\d+:[^\]]*\]/y;

/**
 * The word at or after `from`; undefined when there is none. A word ends with the next space, save within an emote
 * such as `[emote:1:two words]`. Words between quotes are one, without the quotes; `\"` is a quote and `\\` a
 * backslash in them. A quote that is never closed is a character like any other.
 */
export function wordAt(typed: string, from: number): TypedWord | undefined {
  let start = from;
  while (start < typed.length && isSpaceAt(typed, start)) start++;
  if (start === typed.length) return undefined;
  const closers = closing.get(typed.charAt(start));
  return (closers === undefined ? undefined : quotedAt(typed, start, closers)) ?? bareAt(typed, start);
}

function quotedAt(typed: string, start: number, closers: string): TypedWord | undefined {
  let text = '';
  for (let at = start + 1; at < typed.length; at++) {
    let character = typed.charAt(at);
    if (closers.includes(character) && isEndOfWord(typed, at + 1)) return { text, start, end: at + 1 };
    const next = typed.charAt(at + 1);
    if (character === backslash && (next === backslash || closing.has(next))) {
      character = next;
      at++;
    }
    text += character;
  }
  return undefined;
}

function bareAt(typed: string, start: number): TypedWord {
  let end = start;
  while (!isEndOfWord(typed, end)) {
    emote.lastIndex = end;
    end = typed.charAt(end) === '[' && emote.test(typed) ? emote.lastIndex : end + 1;
  }
  return { text: typed.slice(start, end), start, end };
}

function isEndOfWord(typed: string, at: number): boolean {
  return at >= typed.length || isSpaceAt(typed, at);
}

function isSpaceAt(typed: string, at: number): boolean {
  return space.test(typed.charAt(at));
}
