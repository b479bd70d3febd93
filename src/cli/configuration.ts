import type { Command } from 'commander';
import { type LoadedConfig, loadConfig } from '../core/config/load-config.js';
import type { Logger } from '../core/telemetry/logger.js';
import { WinstonLogger } from '../core/telemetry/winston-logger.js';
import { isColorful } from './terminal.js';

interface CommonOptions {
  config?: string;
  logLevel?: string;
  logFormat?: string;
}

/** Reads the configuration the common options ask for. */
export function loadConfiguration(command: Command): Promise<LoadedConfig> {
  const { config: file, logLevel, logFormat } = command.optsWithGlobals<CommonOptions>();
  return loadConfig({
    directory: process.cwd(),
    environment: process.env,
    ...(file !== undefined && { file }),
    options: {
      ...(logLevel !== undefined && { 'log.level': { option: '--log-level', value: logLevel } }),
      ...(logFormat !== undefined && { 'log.format': { option: '--log-format', value: logFormat } }),
    },
  });
}

/** The logger the configuration asks for, on stdout. */
export function createLogger({ config }: LoadedConfig): Logger {
  return WinstonLogger.create({ ...config.log, stream: process.stdout, colors: isColorful(process.stdout) });
}
