import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { User } from '../world/state.js';
import { type Scope, scopes as scopeTexts } from './scopes.js';

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: #8888; --accent: #067a00; --on-accent: #fff }
@media (prefers-color-scheme: dark) { :root { --accent: #53fc18; --on-accent: #0b0e0f } }
* { box-sizing: border-box }
body { margin: 0; padding: 1rem; display: grid; justify-content: center }
main { width: min(28rem, calc(100vw - 2rem)); display: grid; gap: 1rem }
h1 { font-size: 1.4rem; margin: 0 } p { margin: 0; overflow-wrap: anywhere }
form { display: grid; gap: 1rem }
fieldset { border: 1px solid var(--line); border-radius: .5rem; display: grid; gap: .5rem; margin: 0; min-width: 0 }
label.scope { display: grid; grid-template-columns: auto 1fr; gap: .6rem; align-items: start }
label.scope span { display: block; overflow-wrap: anywhere } code { font-size: .85em; opacity: .8 }
select, button { font: inherit; padding: .6rem .8rem; border-radius: .5rem; border: 1px solid var(--line); width: 100%; min-height: 2.75rem }
.choice { display: grid; grid-template-columns: 1fr 1fr; gap: .6rem }
button[value=approve] { background: var(--accent); color: var(--on-accent); border-color: transparent; font-weight: 600 }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** Nothing but this page's own style, and a form that may go to the sandbox and on to the app. */
export function consentPolicy(redirectUri: string): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action 'self' ${new URL(redirectUri).origin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The page of `GET /oauth/authorize`: who you are, what the app may do, yes or no. */
export function consentPage(options: {
  transaction: string;
  clientId: string;
  scopes: readonly Scope[];
  users: readonly User[];
}) {
  const { transaction, clientId, scopes, users } = options;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Connect an app – Kick sandbox</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
<h1>Connect an app to your account</h1>
<p>The app <code>${clientId}</code> asks to act for you on this local Kick. No real account is touched.</p>
<form method="post" action="/oauth/authorize">
<input type="hidden" name="transaction" value="${transaction}">
<label for="user">You are</label>
<select id="user" name="user" required>
${users.map((user) => html`<option value="${user.username}">${user.username}</option>\n`)}
</select>
<fieldset>
<legend>It will be able to</legend>
${scopes.map(
  (scope) =>
    html`<label class="scope"><input type="checkbox" name="scope" value="${scope}" checked><span>${scopeTexts[scope]} <code>${scope}</code></span></label>\n`,
)}
</fieldset>
<div class="choice">
<button name="decision" value="approve">Approve</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</div>
</form>
</main>
</body>
</html>`;
}
