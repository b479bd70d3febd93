import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SourceError } from '../core/config/module-graph.js';
import { importedFolders } from '../core/config/module-loader.js';
import { paint } from './terminal.js';

interface Place {
  readonly file: string;
  readonly line: number;
  /** Undefined where it is that of compiled code. */
  readonly column?: number;
}

const linesAround = 2;

/** The lines of the file an error is about, or comes from; empty where that is no file that was imported. */
export function codeFrameOf(error: unknown, stream: NodeJS.WriteStream): string {
  const place = placeOf(error);
  if (place === undefined) return '';
  const lines = linesOf(place.file);
  const first = Math.max(1, place.line - linesAround);
  const last = Math.min(lines.length, place.line + linesAround);
  const frame = [
    paint(stream, 'gray', `${place.file}:${place.line}${place.column ? `:${place.column}` : ''}`),
  ];
  for (let number = first; number <= last; number++) {
    const isIt = number === place.line;
    const margin = `${isIt ? '>' : ' '} ${String(number).padStart(String(last).length)} |`;
    const text = lines[number - 1] ?? '';
    frame.push(`${paint(stream, isIt ? 'red' : 'gray', margin)} ${text}`.trimEnd());
    if (!isIt || place.column === undefined) continue;
    // Tabs stay what they are, so that the caret stands below its character.
    const indent = text.slice(0, place.column - 1).replace(/[^\t]/g, ' ');
    frame.push(paint(stream, 'red', `${' '.repeat(margin.length - 1)}| ${indent}^`));
  }
  return `${frame.join('\n')}\n`;
}

function placeOf(error: unknown): Place | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof SourceError) return { file: error.file, line: error.line, column: error.column };
  // What is closest to the cause tells most.
  return placeOf(error.cause) ?? placeInStack(error.stack ?? '');
}

/** The first line of the stack in a file that was imported. */
function placeInStack(stack: string): Place | undefined {
  for (const [, file = '', line] of stack.matchAll(
    /^\s+at .*?\(?((?:[A-Za-z]:)?[\\/][^():]*):(\d+):\d+\)?$/gm,
  )) {
    if (importedFolders().has(dirname(file))) return { file, line: Number(line) };
  }
  return undefined;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    // It is gone by now.
    return [];
  }
}
