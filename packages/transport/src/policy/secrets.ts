/** The values of headers that no error may show. */
export function secretsOf(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers)
    .filter(([name]) => SECRET.test(name))
    .map(([, value]) => value.replace(SCHEME, ''));
}

/** Names of secret headers, including those that a caller may add for a gateway. */
const SECRET = /^(?:authorization|proxy-authorization|cookie)$|(?<!^x-public-)key$|token$|secret$/i;

/** The scheme of an `Authorization` is not a secret. */
const SCHEME = /^(?:Bearer|Basic) +/i;
