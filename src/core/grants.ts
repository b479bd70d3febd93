import type { Account } from './auth/account-store.js';
import { type Scope, scopeHolder } from './config/scopes.js';

/** An account and what its person allowed. */
export interface Grant {
  readonly account: Account;
  readonly scopes: readonly string[];
}

/** What was allowed when the bot started. Its answers are sentences that say what to do. */
export class Grants {
  constructor(private readonly grants: readonly Grant[]) {}

  /** Why this account cannot do what `scope` opens; undefined when it can. */
  problemOf({ id }: Pick<Account, 'id'>, scope: Scope): string | undefined {
    const grant = this.grants.find(({ account }) => account.id === id);
    return grant && lacks(grant, scope);
  }

  /** Why not every account that `scope` is asked of can do what it opens; undefined when all can. */
  problem(scope: Scope): string | undefined {
    const kind = scopeHolder(scope);
    const holders = this.grants.filter(({ account }) => account.kind === kind);
    if (holders.length === 0) {
      return `the scope ${scope} needs a ${kind} account, and none is logged in. Run 'kickbot login --type ${kind}' and start again.`;
    }
    for (const grant of holders) {
      const problem = lacks(grant, scope);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
}

function lacks({ account, scopes }: Grant, scope: Scope): string | undefined {
  if (scopes.includes(scope)) return undefined;
  const { id, kind, identifier } = account;
  return `${id} was not granted ${scope}. Run 'kickbot login --type ${kind} --account ${identifier}', allow it there, and start again.`;
}
