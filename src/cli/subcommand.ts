import { type Command, InvalidArgumentError } from 'commander';

/** Makes a command that takes the common options after its own name too, and ends with an example. */
export function subcommand(program: Command, name: string, description: string, example: string): Command {
  return program
    .command(name)
    .description(description)
    .exitOverride()
    .addHelpText('after', `\nExample:\n  $ ${example}`);
}

/** Reads a whole number between two bounds. */
export function numberOption(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Allowed: a whole number from ${min} to ${max}.`);
  };
}
