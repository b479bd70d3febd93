/** The public API: everything a plugin or a host program imports. */
export type * from './core/events/kick-event.js';
export { KickbotError } from './core/primitives/error.js';
export { defineConfig } from './core/config/define-config.js';
