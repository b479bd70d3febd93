import type { AccountKind } from './auth/account-store.js';
import { type Config, speaksAsApp } from './config/schema.js';
import { isScope, Scope, scopeHolder } from './config/scopes.js';
import { metadataOf } from './plugins/plugin-entry.js';
import type { Clock } from './primitives/clock.js';
import { messageOf } from './primitives/error.js';
import type { Logger } from './telemetry/logger.js';

export interface LoginScopesParts {
  readonly config: Config;
  /** Where plugins given as paths start. */
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What logins ask for: the scopes of `kick.scopes`, and those that the configured plugins declare. */
export class LoginScopes {
  #toldOfFormer = false;
  /** Asked for once: finding a plugin runs its file. */
  #declared: Promise<readonly Scope[]> | undefined;

  constructor(private readonly parts: LoginScopesParts) {}

  /**
   * The scopes for an account of this kind. What Kick does not have is left out, with one warning; a plugin that
   * cannot be loaded adds none, and a warning says so.
   */
  async wanted(kind: AccountKind): Promise<readonly Scope[]> {
    this.#declared ??= this.#askPlugins();
    const declared = (await this.#declared).filter((scope) => scopeHolder(scope) === kind);
    return [...new Set([...this.#configured(kind), ...declared])];
  }

  #configured(kind: AccountKind): readonly Scope[] {
    const { config, logger } = this.parts;
    const configured = config.kick.scopes[kind];
    const former = configured.filter((scope) => !isScope(scope));
    if (former.length > 0 && !this.#toldOfFormer) {
      this.#toldOfFormer = true;
      logger.warn(
        `Kick has no scope ${former.join(' and none ')}, though older guides list it, and refuses a login that asks for it: it is left out. Take it out of kick.scopes.${kind}.`,
      );
    }
    // A broadcaster lets the app's bot speak with it.
    const speaks = kind === 'channel' && config.channels.some(speaksAsApp);
    return [...configured.filter(isScope), ...(speaks ? [Scope.ChatWrite] : [])];
  }

  async #askPlugins(): Promise<readonly Scope[]> {
    const { config, directory, clock, logger } = this.parts;
    const scopes: Scope[] = [];
    for (const plugin of config.plugins) {
      try {
        const metadata = await metadataOf(plugin, { directory, clock });
        scopes.push(...(metadata.plugin.scopes ?? []).filter(isScope));
      } catch (error) {
        logger.warn(`The login does not ask for what this plugin may need: ${messageOf(error)}`);
      }
    }
    return scopes;
  }
}
