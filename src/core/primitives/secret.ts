import { inspect } from 'node:util';

/**
 * A token, key or password. Printing it in any way (`String`, `JSON.stringify`, `console.log`) gives `[secret]`;
 * only `reveal()` gives the value, so every place that uses one can be found by name.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
