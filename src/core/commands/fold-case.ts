/**
 * The same text for all spellings that differ in case alone, or in how accents are composed: `STRASSE` and `straße`,
 * `ΣΑΣ` and `σας`. Not what `toLowerCase` gives beyond ASCII, so that only folded texts are compared with folded ones.
 *
 * @see https://www.unicode.org/versions/Unicode16.0.0/core-spec/chapter-5/#G21790 caseless matching
 */
export function foldCase(text: string): string {
  // ASCII is nearly all there is, and needs one pass.
  return isAscii(text)
    ? text.toLowerCase()
    : text.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().normalize('NFC');
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false;
  return true;
}
