import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** True where colours and moving lines make sense: a terminal whose owner did not refuse them (NO_COLOR). */
export function isColorful(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}

/** Colours `text` where the stream is a terminal. */
export function paint(stream: NodeJS.WriteStream, style: Style, text: string): string {
  return isColorful(stream) ? styleText(style, text, { validateStream: false }) : text;
}
