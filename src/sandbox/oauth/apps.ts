import { randomBytes } from 'node:crypto';
import type { User } from '../world/state.js';
import { ulid } from '../world/ulid.js';

/** An app as registered in Kick's developer settings. Change it here as its owner would there. */
export interface App {
  /** A ULID, by which event subscriptions name it. */
  readonly id: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Compared as exact strings. */
  readonly redirectUris: string[];
  /** Who posts messages of type `bot`; without one they are refused. */
  bot: User | undefined;
  /** Whether it is an organization's: only such apps see Drops. */
  organization: boolean;
  /** Where its webhooks are posted to; without one nothing is. */
  webhookUrl: string | undefined;
}

export interface AppRegistration {
  redirectUris: string[];
  bot?: User;
  organization?: boolean;
  webhookUrl?: string | undefined;
}

export class Apps {
  readonly #apps = new Map<string, App>();

  register({ redirectUris, bot, organization = false, webhookUrl }: AppRegistration): App {
    const app: App = {
      id: ulid(Date.now()),
      clientId: `01SANDBOX${randomBytes(9).toString('hex').slice(0, 17).toUpperCase()}`,
      clientSecret: randomBytes(32).toString('hex'),
      redirectUris: [...redirectUris],
      bot,
      organization,
      webhookUrl,
    };
    this.#apps.set(app.clientId, app);
    return app;
  }

  list(): App[] {
    return [...this.#apps.values()];
  }

  find(clientId: string | null): App | undefined {
    return clientId === null ? undefined : this.#apps.get(clientId);
  }
}
