import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { KickbotError } from '../../../src/core/primitives/error.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import { WinstonLogger } from '../../../src/core/telemetry/winston-logger.js';

function logInto(format: 'pretty' | 'json', colors = false) {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, logger: WinstonLogger.create({ level: 'info', format, stream, colors }) };
}

it('writes one JSON object a line, with the fields beside the sentence', () => {
  const { lines, logger } = logInto('json');
  logger.named('dice').warn('Slow', { took: 12, message: 'mine' });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: expect.stringMatching(/^\d{4}-/),
    level: 'warn',
    name: 'dice',
    message: 'Slow',
    took: 12,
    field_message: 'mine',
  });
});

it('writes a pretty line without colours where there is no terminal', () => {
  const { lines, logger } = logInto('pretty');
  logger.info('Joined', { channel: 'some-slug' });
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d info {2}Joined channel=some-slug\n$/);
});

it('paints for a terminal', () => {
  const { lines, logger } = logInto('pretty', true);
  logger.error('Broken');
  expect(lines[0]).toContain('\u001b[31m');
});

it('leaves out what is below the level', () => {
  const { lines, logger } = logInto('pretty');
  logger.debug('Nobody asked');
  expect(lines).toEqual([]);
  expect(logger.isLevelEnabled('debug')).toBe(false);
});

it('43. shows no secret, in either format, however deep', () => {
  for (const style of ['pretty', 'json'] as const) {
    const { lines, logger } = logInto(style);
    const error = new KickbotError('x.y', 'Refused', { cause: { token: new Secret('canary') } });
    logger.error('Refused', { token: new Secret('canary'), deep: { list: [new Secret('canary')] }, error });
    expect(lines.join('')).toContain('[secret]');
    expect(lines.join('')).not.toContain('canary');
  }
});

it.each(['pretty', 'json'] as const)('writes a %s line whatever its fields are', (style) => {
  class Speechless extends Error {
    override get message(): string {
      throw new Error('no message');
    }
  }
  const circle: Record<string, unknown> = { token: new Secret('canary') };
  circle.itself = circle;
  const { lines, logger } = logInto(style);
  logger.error('Broken', { plugin: 'odd', error: new Error('with a circle', { cause: circle }) });
  logger.error('Broken', { plugin: 'odd', error: new Speechless() });
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain('with a circle');
  for (const line of lines) expect(line).toMatch(/odd/);
  expect(lines.join('')).not.toContain('canary');
});
