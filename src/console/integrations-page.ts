import { html } from 'hono/html';
import type { AccountState, AccountStatus } from '../core/auth/account-status.js';
import type { AccountKind } from '../core/auth/account-store.js';
import { csrfField, renderNotice, renderPage } from './layout.js';
import type { Notice, Session } from './sessions.js';

const kinds = {
  bot: {
    title: 'Bots',
    about: 'An account that speaks in chats and moderates them.',
    none: 'No bot is connected: kickbot reads along and says nothing.',
    example: 'my-bot',
  },
  channel: {
    title: 'Channels',
    about: "A broadcaster's own account: its title, rewards and events.",
    none: 'No channel is connected.',
    example: 'my-channel',
  },
} as const satisfies Record<AccountKind, object>;

const states: Record<AccountState, string> = {
  connected: 'Connected',
  expiring: 'Expiring',
  'login-needed': 'Needs login',
  'missing-scopes': 'Missing scopes',
};

export interface IntegrationsView {
  readonly session: Session;
  readonly notice: Notice | undefined;
  readonly accounts: readonly AccountStatus[];
  /** Where accounts can be connected, when that is not where this page was opened. */
  readonly connectAt: string | undefined;
}

/** Every account with its state, and the ways to connect and disconnect one. */
export function integrationsPage(view: IntegrationsView) {
  const { session, notice, connectAt } = view;
  return renderPage(
    'Integrations',
    html`${notice ? renderNotice(notice) : ''}
<p class="about">The Kick accounts kickbot acts for. Connecting leads to Kick, where you log in as the account and allow it.</p>
${connectAt ? html`<p class="notice" data-kind="problem">Accounts can be connected at <a href="${connectAt}">${connectAt}</a> only, where Kick sends you back to.</p>` : ''}
${kindSection('bot', view)}
${kindSection('channel', view)}`,
    session,
  );
}

function kindSection(kind: AccountKind, view: IntegrationsView) {
  const { title, about, none } = kinds[kind];
  const accounts = view.accounts.filter(({ account }) => account.kind === kind);
  return html`<section class="panel" aria-labelledby="${kind}s">
<h2 id="${kind}s">${title}</h2>
<p class="about">${about}</p>
${accounts.length === 0 ? html`<p class="none">${none}</p>` : html`<ul class="accounts">${accounts.map((status) => accountItem(status, view))}</ul>`}
${view.connectAt === undefined ? connectForm(kind, view.session) : ''}
</section>`;
}

function connectForm(kind: AccountKind, session: Session) {
  const field = `${kind}-identifier`;
  return html`<form class="connect" method="post" action="/console/integrations/connect">
${csrfField(session)}<input type="hidden" name="kind" value="${kind}">
<label class="field" for="${field}">Your own name for the ${kind}
<input id="${field}" name="identifier" required pattern="[A-Za-z0-9_\\-]{1,64}" maxlength="64" title="Letters, digits, - and _" placeholder="${kinds[kind].example}" autocomplete="off" autocapitalize="none" spellcheck="false"></label>
<button class="main">Connect a ${kind}</button>
</form>`;
}

function accountItem(status: AccountStatus, { session, connectAt }: IntegrationsView) {
  const { account, state, reason, scopes, missingScopes } = status;
  const { id, kind, identifier, user } = account;
  return html`<li>
<div class="who"><h3>${user?.username ?? identifier}</h3><p>${id}</p></div>
<p class="state" data-state="${state}">${states[state]}</p>
${reason ? html`<p class="reason">${reason}</p>` : ''}
<details class="scopes"><summary>${scopes.length} ${scopes.length === 1 ? 'scope' : 'scopes'} granted</summary>
<ul>${scopes.map((scope) => html`<li>${scope}</li>`)}${missingScopes.map((scope) => html`<li class="missing">${scope} <span>not granted</span></li>`)}</ul></details>
<div class="acts">
${
  connectAt === undefined
    ? html`<form method="post" action="/console/integrations/connect">${csrfField(session)}<input type="hidden" name="kind" value="${kind}"><input type="hidden" name="identifier" value="${identifier}"><button aria-label="Connect ${id} again">Connect again</button></form>`
    : ''
}
<details class="disconnect"><summary aria-label="Disconnect ${id}">Disconnect</summary>
<form method="post" action="/console/integrations/disconnect">${csrfField(session)}<input type="hidden" name="account" value="${id}">
<p>kickbot forgets this account, and its tokens end at Kick.</p><button class="danger" aria-label="Disconnect ${id} now">Disconnect now</button></form></details>
</div>
</li>`;
}
