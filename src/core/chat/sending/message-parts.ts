import { maximumMessageLength } from '../../kick/chat.js';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const emoteTag = /\[emote:\d+:[^\s[\]]{0,100}\]/g;
const onlySpace = /^\s+$/u;

/**
 * The text as it can be sent: line breaks and other control characters become spaces, halves of characters
 * become U+FFFD. Empty when nothing of it would be visible.
 */
export function sendableText(content: string): string {
  const text = content
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll(/\p{Cs}/gu, '\uFFFD')
    .trim();
  return /[^\s\p{Cf}]/u.test(text) ? text : '';
}

/**
 * Cuts a text into parts of at most 500 characters: between words, else between graphemes, never inside an emote
 * tag. Nothing is lost but the space at a cut.
 *
 * Kick does not say what its 500 characters are. Parts are measured in UTF-16 code units, of which there are never
 * fewer than code points, so that they hold by either count.
 */
export function splitMessage(text: string): string[] {
  if (text.length <= maximumMessageLength) return [text];
  const units = [...unitsOf(text)];
  const isSpace = (index: number) => onlySpace.test(units[index] ?? '');
  const parts: string[] = [];
  let start = 0;
  while (start < units.length) {
    let end = start;
    for (let length = 0; end < units.length; end++) {
      length += units[end]?.length ?? 0;
      if (length > maximumMessageLength) break;
    }
    // A cut at `end` is between words when the next unit is a space or there is none.
    let cut = end;
    if (end < units.length) while (cut > start && !isSpace(cut)) cut--;
    if (cut === start) cut = end;
    let last = cut;
    while (last > start && isSpace(last - 1)) last--;
    parts.push(units.slice(start, last).join(''));
    start = cut;
    while (isSpace(start)) start++;
  }
  return parts;
}

/** What must stay together: graphemes and whole emote tags. */
function* unitsOf(text: string): Generator<string> {
  const tags = text.matchAll(emoteTag);
  let tag = tags.next().value;
  let unit = '';
  for (const { segment, index } of graphemes.segment(text)) {
    unit += segment;
    const end = index + segment.length;
    if (tag !== undefined && end > tag.index) {
      if (end < tag.index + tag[0].length) continue;
      tag = tags.next().value;
    }
    // A grapheme larger than a message (a letter under hundreds of accents) cannot stay whole.
    if (unit.length <= maximumMessageLength) yield unit;
    else yield* unit;
    unit = '';
  }
}
