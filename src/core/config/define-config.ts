import type { ConfigInput } from './schema.js';

/**
 * Gives a configuration file its types; it returns what it was given.
 *
 * @example
 * // kickbot.config.ts
 * import { defineConfig } from 'kickbot';
 * export default defineConfig({ channels: ['my-channel'], plugins: ['./plugins/welcome.ts'] });
 */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}
