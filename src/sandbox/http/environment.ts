import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { App } from '../oauth/apps.js';
import type { Scope } from '../oauth/scopes.js';
import type { User } from '../world/state.js';

/** What every route of the sandbox may ask its context for. */
export interface SandboxEnvironment {
  Bindings: HttpBindings;
  Variables: {
    /** The request's body, on routes that stand for Kick. */
    body: string;
    /** The app that called, once a token was checked. */
    app: App;
    /** Whose token it is; absent for an app's own token. */
    owner: User | undefined;
    /** What its owner consented to; empty for an app's own token. */
    scopes: readonly Scope[];
    /** Whose token it is, on routes that take user tokens only. */
    user: User;
  };
}

export type SandboxContext = Context<SandboxEnvironment>;
