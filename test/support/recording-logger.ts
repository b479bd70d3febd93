import { inspect } from 'node:util';
import { Logger } from '../../src/core/telemetry/logger.js';

/** Everything any recording logger was given since it was last asked, fields and errors included. */
let written = '';
export function takeWritten(): string {
  const all = written;
  written = '';
  return all;
}

/** Keeps what was logged, for a test to read. */
export class RecordingLogger extends Logger {
  readonly lines: [level: string, message: string][] = [];

  error(message: string, fields?: Record<string, unknown>): void {
    this.#keep('error', message, fields);
  }

  warn(message: string, fields?: Record<string, unknown>): void {
    this.#keep('warn', message, fields);
  }

  info(message: string, fields?: Record<string, unknown>): void {
    this.#keep('info', message, fields);
  }

  debug(message: string, fields?: Record<string, unknown>): void {
    written += `${message} ${inspect(fields, { depth: 8 })}\n`;
  }

  isLevelEnabled(): boolean {
    return true;
  }

  named(): Logger {
    return this;
  }

  #keep(level: string, message: string, fields: Record<string, unknown> | undefined): void {
    this.lines.push([level, message]);
    written += `${message} ${inspect(fields, { depth: 8 })}\n`;
  }
}
