import { type Context, Hono } from 'hono';
import type { LoginResult } from '../core/auth/login.js';
import { callbackRoute, refuse } from '../core/auth/login-callback.js';
import { pageHeaders } from '../core/auth/login-page.js';
import { PendingLogins } from '../core/auth/pending-logins.js';
import { KickbotError, messageOf } from '../core/primitives/error.js';
import type { ServerEnvironment } from '../core/server/public-server.js';
import type { ConsoleEnvironment, ConsoleParts, FindSession } from './environment.js';
import { integrationsPage } from './integrations-page.js';
import type { Notice, Session } from './sessions.js';

export const integrationsPath = '/console/integrations';
const callbackPath = '/v1/integrations/callback/kick';

/** The page on which accounts are connected and disconnected, and the way back from Kick to it. */
export class Integrations {
  readonly #parts: ConsoleParts;
  readonly #pending: PendingLogins;

  constructor(parts: ConsoleParts) {
    this.#parts = parts;
    this.#pending = new PendingLogins(parts.clock);
  }

  /** What stands behind the login, under `/console`. */
  pages(): Hono<ConsoleEnvironment> {
    const { accounts } = this.#parts.bot;
    const app = new Hono<ConsoleEnvironment>();
    app.get('/integrations', async (c) => {
      const session = c.get('session');
      const { notice } = session;
      if (c.req.method === 'GET') session.notice = undefined;
      const connectAt = this.#connectAt(c);
      return c.html(integrationsPage({ session, notice, accounts: await accounts.statuses(), connectAt }));
    });
    app.post('/integrations/connect', async (c) => {
      const session = c.get('session');
      const url = this.#connectAt(c) === undefined ? await this.#begin(c.get('form'), session) : undefined;
      return c.redirect(url ?? integrationsPath, 303);
    });
    app.post('/integrations/disconnect', async (c) => {
      c.get('session').notice = await this.#disconnect(c.get('form').get('account') ?? '');
      return c.redirect(integrationsPath, 303);
    });
    return app;
  }

  /** The redirect URL. Only the browser that began a login can end it here. */
  callback(app: Hono<ServerEnvironment>, findSession: FindSession): void {
    const take = callbackRoute<ServerEnvironment>(async (c, callback) => {
      const session = await findSession(c, c.get('origin'));
      const found = this.#pending.find(callback.get('state') ?? '', session?.id ?? '');
      if (found === 'unknown') return refuse(c, 400, 'This belongs to no login that is waiting.');
      if (found === 'used') return refuse(c, 400, 'This address was already used.');
      if (found === 'other browser' || session === undefined) {
        return refuse(
          c,
          403,
          'This login was begun in another browser or session, and can be ended there only.',
        );
      }
      if (!callback.get('code') && !callback.get('error')) {
        return refuse(c, 400, 'The address carries no code; the login goes on.');
      }
      session.notice = await this.#outcome(async () => {
        const result = await this.#parts.bot.accounts.finishLogin(found.take(), callback);
        this.#parts.onLogin();
        return connected(result);
      });
      return c.body(null, 303, { ...pageHeaders, location: integrationsPath });
    });
    app.all(callbackPath, take);
  }

  /** Where accounts can be connected, when this page was opened elsewhere: a session ends at its own host. */
  #connectAt(c: Context<ConsoleEnvironment>): string | undefined {
    const { publicOrigin } = this.#parts.addresses;
    return c.get('origin') === publicOrigin ? undefined : `${publicOrigin}${integrationsPath}`;
  }

  /** Where to send the person; undefined, with a notice in the session, when the login cannot begin. */
  async #begin(form: URLSearchParams, session: Session): Promise<string | undefined> {
    const kind = form.get('kind') === 'channel' ? 'channel' : 'bot';
    const { bot, addresses } = this.#parts;
    let url: string | undefined;
    session.notice = await this.#outcome(async () => {
      const login = await bot.accounts.beginLogin({
        kind,
        identifier: form.get('identifier')?.trim() ?? '',
        redirectUri: `${addresses.publicOrigin}${callbackPath}`,
      });
      this.#pending.add(login, session.id);
      url = login.authorization.url;
      return undefined;
    });
    return url;
  }

  async #disconnect(id: string): Promise<Notice> {
    const { accounts } = this.#parts.bot;
    return this.#outcome(async () => {
      if (!(await accounts.list()).some((account) => account.id === id)) {
        return {
          kind: 'problem',
          title: 'There is no such account',
          lines: ['It was disconnected already.'],
        };
      }
      await accounts.logout(id);
      return {
        kind: 'done',
        title: `Disconnected ${id}`,
        lines: ['kickbot holds no tokens of it any more.'],
      };
    });
  }

  /** What to say: the outcome, or why there is none. */
  async #outcome<T extends Notice | undefined>(act: () => Promise<T>): Promise<T | Notice> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof KickbotError)) throw error;
      this.#parts.logger.warn(`The console: ${error.message}`, { code: error.code });
      return { kind: 'problem', title: 'That did not work', lines: [messageOf(error)] };
    }
  }
}

function connected({ account, scopes, missingScopes }: LoginResult): Notice {
  const who = account.user === undefined ? account.id : `${account.user.username} (${account.id})`;
  return {
    kind: 'done',
    title: `Connected ${who}`,
    lines: [
      `Granted: ${scopes.join(', ') || 'nothing'}.`,
      ...(missingScopes.length > 0 ? [`Not granted, so not available: ${missingScopes.join(', ')}.`] : []),
      'An account that is new to kickbot is used from its next start on.',
    ],
  };
}
