import { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { Secret } from '../primitives/secret.js';
import { Logger } from '../telemetry/logger.js';
import { AccessTokens } from './access-tokens.js';
import { type Account, type AccountKind, AccountStore, type AccountUser } from './account-store.js';
import { KickOAuth } from './kick-oauth.js';
import type { LoginPage } from './login-page.js';
import { LoopbackListener } from './loopback-listener.js';
import type { PendingLogin } from './pending-logins.js';
import { missingScopes } from './scopes.js';

export interface LoginOptions {
  readonly kind: AccountKind;
  /** The owner's own name for the account, `my-bot`. */
  readonly identifier: string;
  readonly scopes: readonly string[];
  /** Where Kick sends the browser back to, on this machine; 0 takes a free port. */
  readonly port: number;
  /** A redirect URL on this machine that is registered for the app; it says port and path in place of `port`. */
  readonly redirectUri?: string;
  /** Addresses the person copied out of a browser, perhaps on another machine; one may be the callback. */
  readonly pasted?: AsyncIterable<string>;
  /** Is told why a pasted address is not the callback. */
  onPasteRefused?(why: string): void;
  /** How long to wait for the person: 5 minutes, and never more than 10. */
  readonly timeoutMs?: number;
  /** Ends the login, for Ctrl-C. */
  readonly signal?: AbortSignal;
  /** Is given the address at which the person allows the login. */
  onAuthorizeUrl(url: string): void;
}

/** What a login is given. */
export interface LoginParts {
  readonly oauth: KickOAuth;
  readonly tokens: AccessTokens;
  readonly accounts: AccountStore;
  /** Asks Kick whose token this is. */
  identify(accessToken: Secret): Promise<AccountUser>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface LoginResult {
  /** Without `user` when Kick could not say who it is; the tokens are stored all the same. */
  readonly account: Account;
  readonly scopes: readonly string[];
  /** What was asked for and not granted. */
  readonly missingScopes: readonly string[];
}

const defaultTimeoutMs = 5 * 60_000;
const longestTimeoutMs = 10 * 60_000;

/**
 * Logs one account in with a browser on this machine: waits on `http://localhost:{port}/callback` for Kick to send
 * the person back, exchanges the code, stores the tokens, and asks who it was. Nothing is left open afterwards.
 *
 * Throws `auth.port_in_use`, `config.redirect_uri`, `auth.login_timeout`, `auth.login_cancelled`, `auth.denied`, whatever
 * `KickOAuth.exchange` throws, and, before anybody is asked, what would keep the tokens from being stored.
 */
export async function loginWithLoopback(options: LoginOptions, parts: LoginParts): Promise<LoginResult> {
  const { oauth, tokens, clock } = parts;
  if (options.signal?.aborted) throw cancelled(options.signal);
  await tokens.checkStorable(options.kind, options.identifier);
  const listener = await LoopbackListener.open(options.port, clock, options.redirectUri);
  let cameBack = false;
  let stopWaiting = () => {};
  try {
    const login = oauth.begin({ redirectUri: listener.redirectUri, scopes: options.scopes });
    return await new Promise<LoginResult>((resolve, reject) => {
      stopWaiting = waitForPerson(options, clock, reject);
      listener.expect(login.state, async (callback) => {
        cameBack = true;
        stopWaiting();
        try {
          const done = await finishLogin(
            { authorization: login, ...options },
            callback,
            parts,
            options.signal,
          );
          resolve(done);
          return successPage(done);
        } catch (error) {
          reject(error);
          return { title: 'The login did not work', text: messageOf(error) };
        }
      });
      options.onAuthorizeUrl(login.url);
      takePasted(listener, options).catch(reject);
    });
  } finally {
    stopWaiting();
    if (cameBack && !options.signal?.aborted) await listener.resultShown();
    await listener.close();
  }
}

/** Offers each pasted address to the listener until one is taken; the login does not depend on any. */
async function takePasted(
  listener: LoopbackListener,
  { pasted, onPasteRefused }: LoginOptions,
): Promise<void> {
  for await (const address of pasted ?? []) {
    if (address.trim() === '') continue;
    const why = await listener.paste(address.trim());
    if (why === undefined) return;
    onPasteRefused?.(why);
  }
}

/** Gives up when nobody comes back in time or the caller's signal says so. */
function waitForPerson(
  { timeoutMs = defaultTimeoutMs, signal }: LoginOptions,
  clock: Clock,
  giveUp: (error: KickbotError) => void,
): () => void {
  const waitMs = Math.min(timeoutMs, longestTimeoutMs);
  const cancel = () => {
    end();
    giveUp(cancelled(signal));
  };
  const cancelTimer = clock.schedule(waitMs, () => {
    end();
    giveUp(
      new KickbotError(
        'auth.login_timeout',
        `Nobody finished the login within ${Math.round(waitMs / 1000)} seconds: run it again and allow it on Kick’s page.`,
      ),
    );
  });
  const end = () => {
    cancelTimer();
    signal?.removeEventListener('abort', cancel);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  return end;
}

const cancelled = (signal: AbortSignal | undefined) =>
  new KickbotError('auth.login_cancelled', 'The login was cancelled.', { cause: signal?.reason });

/** Exchanges what came back, stores the tokens and asks who it was. Throws what `KickOAuth.exchange` throws. */
export async function finishLogin(
  { authorization, kind, identifier }: PendingLogin,
  callback: URLSearchParams,
  parts: LoginParts,
  signal?: AbortSignal,
): Promise<LoginResult> {
  const granted = await parts.oauth.exchange(authorization, callback, signal);
  // Stored before anything else is tried: the code is spent, and these tokens cannot be had again.
  const account = await parts.tokens.keep(kind, identifier, granted);
  return {
    account: await identifyAccount(account, granted.accessToken, parts),
    scopes: granted.scopes,
    missingScopes: missingScopes(authorization.scopes, granted.scopes),
  };
}

async function identifyAccount(
  account: Account,
  accessToken: Secret,
  { accounts, identify, logger }: Pick<LoginParts, 'accounts' | 'identify' | 'logger'>,
): Promise<Account> {
  try {
    const user = await identify(accessToken);
    await accounts.identify(account.id, user);
    return { ...account, user };
  } catch (error) {
    logger.warn(
      `${account.id} is logged in and its tokens are stored, but Kick did not say who it is (${messageOf(error)}); it is asked again at the next start.`,
    );
    return account;
  }
}

function successPage({ account, missingScopes }: LoginResult): LoginPage {
  const who = account.user === undefined ? account.id : `${account.user.username} (${account.id})`;
  const missing =
    missingScopes.length === 0 ? '' : ` Not granted, so not available: ${missingScopes.join(', ')}.`;
  return { title: 'Logged in', text: `kickbot is connected as ${who}.${missing} You can close this page.` };
}
