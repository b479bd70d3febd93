import { html } from 'hono/html';
import { renderPage } from './layout.js';

/** The way in. `problem` says why the last try failed. */
export function loginPage({ hasPassword, problem }: { hasPassword: boolean; problem?: string }) {
  if (!hasPassword) {
    return renderPage(
      'Sign in',
      html`<div class="panel">
<p>No password is set yet, so nobody can sign in. Set one on the machine kickbot runs on, then load this page again:</p>
<p><code>kickbot console password</code></p>
</div>`,
    );
  }
  return renderPage(
    'Sign in',
    html`<form class="panel" method="post" action="/console/login">
<label class="field" for="password">Password of the console
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus ${problem ? html`aria-invalid="true" aria-describedby="problem"` : ''}></label>
<p class="problem" id="problem" role="alert">${problem ?? ''}</p>
<button class="main">Sign in</button>
</form>`,
  );
}
