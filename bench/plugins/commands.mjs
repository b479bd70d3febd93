import { Command, Plugin } from 'kickbot';

/** A plugin with so many commands, `!c0 [...text]` and so on. Each answers with its number and the text. */
export function commandsPlugin(count) {
  class Commands {}
  for (let number = 0; number < count; number++) {
    const method = `c${number}`;
    const value = (_context, { text = 'nothing' }) => `${number}: ${text}`;
    Object.defineProperty(Commands.prototype, method, { value });
    Command(`${method} [...text]`)(Commands.prototype, method, { value });
  }
  Plugin({ name: 'commands' })(Commands);
  return Commands;
}
