#!/usr/bin/env node
import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { exitCodeOf, explain } from './failure.js';
import { createProgram } from './program.js';

// A reader that went away (`kickbot start | head`) is no reason to stop the bot.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

if (existsSync('.env')) process.loadEnvFile('.env');

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  explain(error);
  process.exitCode = exitCodeOf(error);
}
