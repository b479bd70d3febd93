#!/usr/bin/env node
import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { KickbotError } from '../core/primitives/error.js';
import { exitCodeOf, explain } from './failure.js';
import { createProgram } from './program.js';

// A reader that went away (`kickbot start | head`) is no reason to stop the bot.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  loadEnvironmentFile('.env');
  await createProgram().parseAsync(process.argv);
} catch (error) {
  explain(error);
  process.exitCode = exitCodeOf(error);
}
// What a plugin left running does not keep the program; what is still to be written has a second.
setTimeout(() => process.exit(), 1_000).unref();

function loadEnvironmentFile(path: string): void {
  if (!existsSync(path)) return;
  try {
    process.loadEnvFile(path);
  } catch (cause) {
    throw new KickbotError(
      'config.unreadable',
      `${path} cannot be read: it has to be a file of lines NAME=value that this user may read.`,
      { cause },
    );
  }
}
