import { inspect, styleText } from 'node:util';
import { createLogger, format, transports, type Logger as Winston } from 'winston';
import { Logger, type LogLevel } from './logger.js';

export interface WinstonLoggerOptions {
  level: LogLevel;
  /** `pretty` for people, `json` for one object a line. */
  format: 'pretty' | 'json';
  /** Where lines go. */
  stream: NodeJS.WritableStream;
  /** Colours, for a terminal. */
  colors: boolean;
}

/** The logger of the program, on winston. */
export class WinstonLogger extends Logger {
  readonly #winston: Winston;

  private constructor(winston: Winston) {
    super();
    this.#winston = winston;
  }

  static create({ level, format: style, stream, colors }: WinstonLoggerOptions): WinstonLogger {
    return new WinstonLogger(
      createLogger({
        level,
        levels: { error: 0, warn: 1, info: 2, debug: 3 },
        format: style === 'json' ? jsonLines() : prettyLines(colors),
        transports: [new transports.Stream({ stream, eol: '\n' })],
      }),
    );
  }

  error(message: string, fields?: Record<string, unknown>): void {
    this.#winston.error(message, { fields });
  }

  warn(message: string, fields?: Record<string, unknown>): void {
    this.#winston.warn(message, { fields });
  }

  info(message: string, fields?: Record<string, unknown>): void {
    this.#winston.info(message, { fields });
  }

  debug(message: string, fields?: Record<string, unknown>): void {
    this.#winston.debug(message, { fields });
  }

  isLevelEnabled(level: LogLevel): boolean {
    return this.#winston.isLevelEnabled(level);
  }

  named(name: string): Logger {
    return new WinstonLogger(this.#winston.child({ name }));
  }
}

interface Line {
  level: string;
  message: string;
  timestamp: string;
  name: string | undefined;
  fields: Record<string, unknown>;
}

/** winston hands formats loose objects; this is what of them kickbot writes. */
function lineOf(info: Record<string, unknown>): Line {
  return {
    level: String(info.level),
    message: String(info.message),
    timestamp: String(info.timestamp),
    name: typeof info.name === 'string' ? info.name : undefined,
    fields: typeof info.fields === 'object' && info.fields !== null ? { ...info.fields } : {},
  };
}

function jsonLines() {
  return format.combine(
    format.timestamp(),
    format.printf((info) => {
      const { level, message, timestamp, name, fields } = lineOf(info);
      const line = { time: timestamp, level, ...(name && { name }), message };
      const own = withoutClashes(fields);
      try {
        return JSON.stringify({ ...line, ...own }, plainly);
      } catch {
        // A circle, or a getter that throws: what a plugin throws may be anything.
        const texts = Object.entries(own).map(([key, value]) => [key, shown(value, false)]);
        return JSON.stringify({ ...line, ...Object.fromEntries(texts) });
      }
    }),
  );
}

/** A field may not overwrite the line's own keys. */
function withoutClashes(fields: Record<string, unknown>): Record<string, unknown> {
  const own = new Set(['time', 'level', 'name', 'message']);
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [own.has(key) ? `field_${key}` : key, value]),
  );
}

/** Errors and big numbers, which JSON cannot say by itself. */
function plainly(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  const code = 'code' in value ? value.code : undefined;
  return { name: value.name, code, message: value.message, stack: value.stack, cause: value.cause };
}

type Paint = Parameters<typeof styleText>[0];
const levelPaint: Record<string, Paint> = { error: 'red', warn: 'yellow', info: 'green', debug: 'gray' };

function prettyLines(colors: boolean) {
  const paint = (style: Paint, text: string) =>
    colors ? styleText(style, text, { validateStream: false }) : text;
  return format.combine(
    format.timestamp({ format: 'HH:mm:ss' }),
    format.printf((info) => {
      const { level, message, timestamp, name, fields } = lineOf(info);
      const head = `${paint('gray', timestamp)} ${paint(levelPaint[level] ?? 'white', level.padEnd(5))}`;
      const rest = Object.entries(fields)
        .map(([key, value]) => `${paint('gray', `${key}=`)}${shown(value, colors)}`)
        .join(' ');
      return `${head} ${name ? `${paint('cyan', name)} ` : ''}${message}${rest && ` ${rest}`}`;
    }),
  );
}

function shown(value: unknown, colors: boolean): string {
  if (typeof value === 'string') return value;
  try {
    return inspect(value, {
      colors,
      breakLength: value instanceof Error ? 120 : Number.POSITIVE_INFINITY,
      depth: 4,
    });
  } catch {
    return '[cannot be shown]';
  }
}
