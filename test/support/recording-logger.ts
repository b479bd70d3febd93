import { Logger } from '../../src/core/telemetry/logger.js';

/** Keeps what was logged, for a test to read. */
export class RecordingLogger extends Logger {
  readonly lines: [level: string, message: string][] = [];

  error(message: string): void {
    this.lines.push(['error', message]);
  }

  warn(message: string): void {
    this.lines.push(['warn', message]);
  }

  info(message: string): void {
    this.lines.push(['info', message]);
  }

  debug(): void {}

  isLevelEnabled(): boolean {
    return true;
  }

  named(): Logger {
    return this;
  }
}
