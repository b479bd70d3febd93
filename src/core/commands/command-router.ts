import { KickbotError } from '../primitives/error.js';

/** What the router needs to know of a command. */
export interface RoutedCommand {
  /** The plugin that brings it. */
  readonly plugin: string;
  /** Its name and then its aliases, in lower case. */
  readonly names: readonly string[];
}

export interface CommandMatch<Command> {
  readonly command: Command;
  /** What was typed after the prefix, in lower case. */
  readonly name: string;
  /** What was typed after that, without the spaces around it. */
  readonly rest: string;
}

/** Finds the command in a message. Its cost does not depend on how many commands there are. */
export class CommandRouter<Command extends RoutedCommand> {
  readonly #commands = new Map<string, Command>();

  /**
   * Adds a command under all its names; the function returned takes it away again. Throws `plugin.command_clash`
   * when one of the names is taken: the plugin that was loaded first keeps it.
   */
  add(command: Command): () => void {
    for (const name of command.names) {
      const holder = this.#commands.get(name);
      if (holder !== undefined) throw clash(name, holder.plugin, command.plugin);
    }
    for (const name of command.names) this.#commands.set(name, command);
    return () => {
      for (const name of command.names) this.#commands.delete(name);
    };
  }

  find(content: string, prefix: string): CommandMatch<Command> | undefined {
    // Most messages are not for the bot: they end here, before anything is allocated.
    if (content.charCodeAt(0) !== prefix.charCodeAt(0) || !content.startsWith(prefix)) return undefined;
    const start = prefix.length;
    let end = start;
    while (end < content.length && !isSpace(content.charCodeAt(end))) end++;
    const name = content.slice(start, end).toLowerCase();
    const command = this.#commands.get(name);
    return command && { command, name, rest: content.slice(end).trim() };
  }
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
