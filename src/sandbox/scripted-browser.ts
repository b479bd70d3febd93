/** Who consents on the page of `/oauth/authorize`, and to what. */
export interface ConsentOptions {
  /** Username. */
  as: string;
  deny?: boolean;
  /** Ticks these scopes only; without it all that were asked for. */
  scopes?: readonly string[];
}

/**
 * Plays the browser of a person who was sent to an authorize address: loads the page, fills its form in, submits it.
 *
 * Returns where the person is sent back to. Throws when the page is refused, or offers no such user.
 */
export async function consent(authorizeUrl: string | URL, options: ConsentOptions): Promise<URL> {
  const page = await fetch(authorizeUrl);
  const text = await page.text();
  const transaction = /name="transaction" value="([^"]+)"/.exec(text)?.[1];
  if (!page.ok || transaction === undefined) {
    throw new Error(`The authorize page answered ${page.status}: a parameter is missing or wrong.`);
  }
  if (!text.includes(`<option value="${options.as}">`)) {
    throw new Error(`The authorize page knows no user ${options.as}.`);
  }
  const offered = [...text.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope]) => scope ?? '');
  const form = new URLSearchParams({
    transaction,
    user: options.as,
    decision: options.deny ? 'deny' : 'approve',
  });
  for (const scope of options.scopes ?? offered) form.append('scope', scope);
  const answer = await fetch(new URL('/oauth/authorize', authorizeUrl), {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  const location = answer.headers.get('location');
  if (location === null) throw new Error(`The consent form answered ${answer.status} and led nowhere.`);
  return new URL(location, authorizeUrl);
}
