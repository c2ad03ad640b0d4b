/**
 * What looks like a credential wherever it stands, such as in the message of an error of another library: bearer tokens,
 * Google's access tokens, JSON Web Tokens, private keys, the password in a URL.
 */
const credential =
  /\b(Bearer |Basic )[\w.~+/=-]{8,}|\bya29\.[\w.-]+|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)|(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gs;

/** The credentials of this process by their text, the latest last. Tokens are renewed for ever: only some are kept. */
const known = new Set<string>();
const longestMemory = 64;
/** Shorter ones would cut pieces out of words. */
const shortest = 8;

/** Has `withoutSecrets` cut this out from now on, whatever it looks like: servers repeat what they were sent. */
export function keepSecret(secret: string): void {
  if (secret.length < shortest || known.has(secret)) return;
  known.add(secret);
  for (const oldest of known) {
    if (known.size <= longestMemory) return;
    known.delete(oldest);
  }
}

/** The text without what is, or looks like, a credential. */
export function withoutSecrets(text: string): string {
  let clean = text;
  for (const secret of known) clean = clean.replaceAll(secret, '[secret]');
  return clean.replace(credential, (_, scheme: string = '') => `${scheme}[secret]`);
}
