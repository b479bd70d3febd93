/** Whom a cooldown counts as one: a person in a channel, a channel, or everybody. */
export type Circle = 'user' | 'channel' | 'global';

/** A command that rests for someone. */
export interface RestingCommand {
  readonly plugin: string;
  /** Its name, without aliases. */
  readonly command: string;
  readonly circle: Circle;
  /** Who, as the circle tells them apart. */
  readonly who: string;
  /** Wall clock in milliseconds, for it goes on while no process runs. */
  readonly endsAt: number;
}

/** The ends of one command's cooldown in one circle, by who. */
export interface CooldownEnds {
  readonly ends: Map<string, number>;
  /** To be called with each that is begun. */
  readonly begun: (who: string, endsAt: number) => void;
}

/** The long cooldowns of all commands. They outlive the plugins, so that a plugin that is loaded again has them. */
export class CooldownMemory {
  readonly #ends = new Map<string, Map<string, number>>();

  /** `begun` is told of each that begins. */
  constructor(private readonly begun: (resting: RestingCommand) => void = () => {}) {}

  /** Takes one of an earlier run; those that end first come first. */
  restore(resting: RestingCommand): void {
    this.#endsOf(resting).set(resting.who, resting.endsAt);
  }

  of(plugin: string, command: string, circle: Circle): CooldownEnds {
    const ends = this.#endsOf({ plugin, command, circle });
    return { ends, begun: (who, endsAt) => this.begun({ plugin, command, circle, who, endsAt }) };
  }

  #endsOf({ plugin, command, circle }: Pick<RestingCommand, 'plugin' | 'command' | 'circle'>) {
    const key = JSON.stringify([plugin, command, circle]);
    let ends = this.#ends.get(key);
    if (ends === undefined) {
      ends = new Map();
      this.#ends.set(key, ends);
    }
    return ends;
  }
}
