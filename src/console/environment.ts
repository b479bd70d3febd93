import type { Context } from 'hono';
import type { Bot } from '../core/bot.js';
import type { Config } from '../core/config/schema.js';
import type { Clock } from '../core/primitives/clock.js';
import type { Random } from '../core/primitives/random.js';
import type { Addresses } from '../core/server/addresses.js';
import type { ServerEnvironment } from '../core/server/public-server.js';
import type { Logger } from '../core/telemetry/logger.js';
import type { Session } from './sessions.js';

/** What the console is given. */
export interface ConsoleParts {
  readonly bot: Pick<Bot, 'accounts' | 'operatorPassword'>;
  readonly config: Config;
  readonly addresses: Addresses;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Is told of every account that was connected. */
  onLogin(): void;
}

/** What a page behind the login finds. */
export interface ConsoleEnvironment extends ServerEnvironment {
  Variables: ServerEnvironment['Variables'] & { session: Session; form: URLSearchParams };
}

/** Who sends this request, by its cookie. `origin` is what the server told the routes. */
export type FindSession = (c: Context, origin: string) => Promise<Session | undefined>;
