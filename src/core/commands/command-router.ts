import { KickbotError } from '../primitives/error.js';
import { foldCase } from './fold-case.js';

/** What the router needs to know of a command. */
export interface RoutedCommand {
  /** The plugin that brings it. */
  readonly plugin: string;
  /** Its name and then its aliases, each of one word or several with a space between them, folded by `foldCase`. */
  readonly names: readonly string[];
}

export interface CommandMatch<Command> {
  readonly command: Command;
  /** The name or alias that was typed, folded. */
  readonly name: string;
  /** What was typed after that, without the spaces around it. */
  readonly rest: string;
}

/** A word of names: what it is the last word of, and the words that may follow. */
interface Word<Command> {
  named?: { readonly command: Command; readonly name: string };
  following?: Map<string, Word<Command>>;
}

/** Finds the command in a message, the longest name first. Its cost does not depend on how many commands there are. */
export class CommandRouter<Command extends RoutedCommand> {
  readonly #first: Word<Command> = {};

  /**
   * Adds a command under all its names; the function returned takes it away again. Throws `plugin.command_clash`
   * when one of the names is taken: the plugin that was loaded first keeps it.
   */
  add(command: Command): () => void {
    for (const name of command.names) {
      const holder = this.#holderOf(name);
      if (holder !== undefined) throw clash(name, holder.plugin, command.plugin);
    }
    for (const name of command.names) this.#add(name, command);
    return () => {
      for (const name of command.names) remove(this.#first, name.split(' '));
    };
  }

  /** The command whose name begins at `start`, right there. */
  find(content: string, start: number): CommandMatch<Command> | undefined {
    let word = this.#first;
    let found: Word<Command>['named'];
    let restFrom = start;
    for (let from = start; word.following !== undefined; ) {
      const end = endOfWord(content, from);
      const next = word.following.get(foldCase(content.slice(from, end)));
      if (next === undefined) break;
      word = next;
      if (next.named !== undefined) {
        found = next.named;
        restFrom = end;
      }
      from = endOfSpace(content, end);
    }
    return found && { command: found.command, name: found.name, rest: content.slice(restFrom).trim() };
  }

  #holderOf(name: string): Command | undefined {
    let word: Word<Command> | undefined = this.#first;
    for (const text of name.split(' ')) word = word?.following?.get(text);
    return word?.named?.command;
  }

  #add(name: string, command: Command): void {
    let word = this.#first;
    for (const text of name.split(' ')) {
      word.following ??= new Map();
      let next = word.following.get(text);
      if (next === undefined) {
        next = {};
        word.following.set(text, next);
      }
      word = next;
    }
    word.named = { command, name };
  }
}

/** Takes a name away, and its words where no other name has them. */
function remove<Command>(from: Word<Command>, [text, ...texts]: readonly string[]): void {
  if (text === undefined) {
    delete from.named;
    return;
  }
  const next = from.following?.get(text);
  if (next === undefined) return;
  remove(next, texts);
  if (next.named !== undefined || next.following !== undefined) return;
  from.following?.delete(text);
  if (from.following?.size === 0) delete from.following;
}

function endOfWord(content: string, from: number): number {
  let end = from;
  while (end < content.length && !isSpace(content.charCodeAt(end))) end++;
  return end;
}

export function endOfSpace(content: string, from: number): number {
  let end = from;
  while (end < content.length && isSpace(content.charCodeAt(end))) end++;
  return end;
}

/** The same spaces that part the arguments, among them the wide one of Chinese and Japanese keyboards. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || (code >= 160 && /\s/.test(String.fromCharCode(code)));
}

function clash(name: string, first: string, second: string): KickbotError {
  return new KickbotError(
    'plugin.command_clash',
    first === second
      ? `Plugin ${first} gives the name ${name} to two commands: rename one of them.`
      : `Plugins ${first} and ${second} both claim the command ${name}: remove one of them from plugins, or rename the command in one.`,
  );
}
