interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const token =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|[\w$]+|\S/g;

/** The list called plugins, as it stands in a configuration's text. */
interface List {
  readonly open: Token;
  readonly close: Token;
  /** Each with the comma behind it, if there is one. */
  readonly entries: readonly { readonly tokens: readonly Token[]; readonly comma: Token | undefined }[];
}

/**
 * Adds a package to the list called plugins in the text of a configuration, JavaScript or JSON, and leaves
 * everything else as it is. Undefined when the text is not plain enough. This reads no more than brackets and
 * strings, so what comes out is to be checked.
 */
export function withPlugin(text: string, name: string): string | undefined {
  const tokens = tokensOf(text);
  const isJson = tokens[0]?.text === '{';
  const quote = isJson || !text.includes("'") ? '"' : "'";
  const quoted = `${quote}${name}${quote}`;
  const list = listOf(tokens);
  if (list === undefined) return withList(text, tokens, isJson ? '"plugins"' : 'plugins', quoted);
  const { open, close, entries } = list;
  const last = entries.at(-1);
  const lastToken = last?.tokens.at(-1);
  if (last === undefined || lastToken === undefined) return splice(text, open.end, open.end, quoted);
  const inside = text.slice(0, close.start);
  const indent = /\n([ \t]*)\S/.exec(text.slice(open.end))?.[1];
  const isOneALine = /\n\s*$/.test(inside) && indent !== undefined;
  if (!isOneALine) {
    const end = (last.comma ?? lastToken).end;
    return splice(text, end, end, last.comma ? ` ${quoted}` : `, ${quoted}`);
  }
  const end = inside.trimEnd().length;
  const grown = splice(text, end, end, `\n${indent}${quoted}${last.comma ? ',' : ''}`);
  return last.comma ? grown : splice(grown, lastToken.end, lastToken.end, ',');
}

/** Takes a package, with its options, out of the list called plugins; undefined when it is not plainly there. */
export function withoutPlugin(text: string, name: string): string | undefined {
  const list = listOf(tokensOf(text));
  const at = list?.entries.findIndex(({ tokens: [first, second] }) =>
    isQuoted(first?.text === '[' ? second : first, name),
  );
  const entry = at === undefined ? undefined : list?.entries[at];
  const [first] = entry?.tokens ?? [];
  const last = entry?.tokens.at(-1);
  if (!list || at === undefined || !entry || !first || !last) return undefined;
  const before = text.slice(0, first.start).trimEnd().length;
  const end = (entry.comma ?? last).end;
  const next = list.entries[at + 1]?.tokens[0];
  // The first of several in one line: what follows moves up to the bracket.
  const isBeforeAnother = before === list.open.end && next && !text.slice(end, next.start).includes('\n');
  const shrunk =
    isBeforeAnother && !text.slice(before, first.start).includes('\n')
      ? splice(text, first.start, next.start, '')
      : splice(text, before, end, '');
  const comma = list.entries[at - 1]?.comma;
  return comma && !entry.comma ? splice(shrunk, comma.start, comma.end, '') : shrunk;
}

function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(token), ({ 0: found, index }) => ({
    text: found,
    start: index,
    end: index + found.length,
  })).filter(({ text: found }) => !found.startsWith('//') && !found.startsWith('/*'));
}

const isQuoted = (found: Token | undefined, name: string) =>
  found?.text === `'${name}'` || found?.text === `"${name}"`;

/** A channel's plugins are an object, so there is one list of that name, or the text is not plain. */
function listOf(tokens: readonly Token[]): List | undefined {
  const [at, another] = tokens.flatMap(({ text }, index) =>
    /^(['"]?)plugins\1$/.test(text) && tokens[index + 1]?.text === ':' && tokens[index + 2]?.text === '['
      ? [index + 2]
      : [],
  );
  const open = at === undefined ? undefined : tokens[at];
  if (at === undefined || another !== undefined || !open) return undefined;
  const entries: { tokens: Token[]; comma: Token | undefined }[] = [];
  let entry: Token[] = [];
  let depth = 0;
  for (const token of tokens.slice(at + 1)) {
    if (depth === 0 && (token.text === ',' || token.text === ']')) {
      const comma = token.text === ',' ? token : undefined;
      if (entry.length > 0) entries.push({ tokens: entry, comma });
      if (!comma) return { open, close: token, entries };
      entry = [];
      continue;
    }
    if (/^[([{]$/.test(token.text)) depth += 1;
    if (/^[)\]}]$/.test(token.text)) depth -= 1;
    entry.push(token);
  }
  return undefined;
}

/** A configuration that names no plugins yet: the list becomes the first thing in it. */
function withList(text: string, tokens: readonly Token[], key: string, quoted: string): string | undefined {
  if (tokens.some(({ text }) => /^(['"]?)plugins\1$/.test(text))) return undefined;
  // After `export default`; JSON begins with the brace.
  const start = tokens[0]?.text === '{' ? 0 : tokens.findIndex(({ text }) => text === 'default');
  const at = tokens.findIndex(({ text }, index) => index >= start && text === '{');
  const open = start < 0 ? undefined : tokens[at];
  if (!open) return undefined;
  const isEmpty = tokens[at + 1]?.text === '}';
  return splice(text, open.end, open.end, `\n  ${key}: [${quoted}]${isEmpty ? '\n' : ','}`);
}

function splice(text: string, start: number, end: number, instead: string): string {
  return text.slice(0, start) + instead + text.slice(end);
}
