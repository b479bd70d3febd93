export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/**
 * What kickbot and its plugins log through. `fields` are shown beside the sentence and are the keys of a JSON line;
 * secrets belong in `Secret`, which prints as `[secret]`.
 */
export abstract class Logger {
  abstract error(message: string, fields?: Record<string, unknown>): void;
  abstract warn(message: string, fields?: Record<string, unknown>): void;
  abstract info(message: string, fields?: Record<string, unknown>): void;
  abstract debug(message: string, fields?: Record<string, unknown>): void;
  /** Ask before building fields for `debug` on a path that runs for each message. */
  abstract isLevelEnabled(level: LogLevel): boolean;
  /** A logger whose lines carry this name, for example a plugin's. */
  abstract named(name: string): Logger;
}

/** A logger that says nothing. */
export class SilentLogger extends Logger {
  error(): void {}
  warn(): void {}
  info(): void {}
  debug(): void {}
  isLevelEnabled(): boolean {
    return false;
  }
  named(): Logger {
    return this;
  }
}
