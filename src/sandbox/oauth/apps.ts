import { randomBytes } from 'node:crypto';
import type { User } from '../world/state.js';

/** An app as registered in Kick's developer settings. Change it here as its owner would there. */
export interface App {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Compared as exact strings. */
  readonly redirectUris: string[];
  /** Who posts messages of type `bot`; without one they are refused. */
  bot: User | undefined;
}

export interface AppRegistration {
  redirectUris: string[];
  bot?: User;
}

export class Apps {
  readonly #apps = new Map<string, App>();

  register({ redirectUris, bot }: AppRegistration): App {
    const app: App = {
      clientId: `01SANDBOX${randomBytes(9).toString('hex').slice(0, 17).toUpperCase()}`,
      clientSecret: randomBytes(32).toString('hex'),
      redirectUris: [...redirectUris],
      bot,
    };
    this.#apps.set(app.clientId, app);
    return app;
  }

  find(clientId: string | null): App | undefined {
    return clientId === null ? undefined : this.#apps.get(clientId);
  }
}
