import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';

/** What the browser shows at the end of a login. Both texts are escaped. */
export interface LoginPage {
  readonly title: string;
  readonly text: string;
}

const style =
  ':root{color-scheme:light dark;font:1.1rem/1.5 system-ui,sans-serif}body{max-width:34rem;margin:15vh auto;padding:0 1rem}h1{font-size:1.5rem}';

/** Nothing is loaded from anywhere, nothing is kept, nothing of the address goes on (RFC 9700 §4.2.4). */
export const pageHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

export function renderLoginPage({ title, text }: LoginPage) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} · kickbot</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
</main>
</body>
</html>
`;
}
