import { Agent, fetch as undiciFetch } from 'undici';
import { Accounts } from './accounts.js';
import type { AuthFetch } from './auth/login-server.js';
import type { Config } from './config/schema.js';
import { HttpClient } from './kick/http-client.js';
import type { Clock } from './primitives/clock.js';
import type { Random } from './primitives/random.js';
import type { Secret } from './primitives/secret.js';
import { openDatabase } from './storage/database.js';
import type { Database } from './storage/schema.js';
import type { Logger } from './telemetry/logger.js';
import { version } from './version.js';

export interface InstallationOptions {
  readonly config: Config;
  /** Where a relative `storage.url` starts. */
  readonly directory: string;
  /** Seals the tokens in the database. */
  readonly secretKey: Secret | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** What outlives a run of the bot, opened: the database, and the accounts in it. */
export class Installation {
  private constructor(
    readonly database: Database,
    readonly http: HttpClient,
    readonly accounts: Accounts,
    private readonly loginAgent: Agent,
  ) {}

  /** Throws `storage.unavailable` and its like, and `auth.bad_secret_key`. */
  static async open(options: InstallationOptions): Promise<Installation> {
    const { config, directory, clock, random } = options;
    const database = await openDatabase({ url: config.storage.url, directory });
    const http = new HttpClient({ clock, random, version });
    // The login server has 15 s in all, of which connecting may take 5.
    const loginAgent = new Agent({ connect: { timeout: 5_000 } });
    const fetchLogin: AuthFetch = (url, request) => undiciFetch(url, { ...request, dispatcher: loginAgent });
    try {
      const accounts = new Accounts({ ...options, database, http, fetch: fetchLogin });
      return new Installation(database, http, accounts, loginAgent);
    } catch (error) {
      await loginAgent.destroy();
      await http.close();
      await database.destroy();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.accounts.stop();
    await this.loginAgent.destroy();
    await this.http.close();
    await this.database.destroy();
  }
}
