/** Every code an error can have, and what the shell gets for it. */
import { errorOfStatus } from '@nomyo/transport';
import { describe, expect, it } from '@jest/globals';
import { DisposedError, ERROR_CODES, InvalidArgumentError, NomyoError, SecurityError } from '@nomyo/base';
import { CommandFailed, EXIT, exitCodeOf, Interrupted, UsageError } from '../src/exit/codes.js';
import { errorLine } from '../src/exit/report.js';

/** As listed in README.md; every other code is in exactly one of these lines. */
const CODES: Readonly<Record<number, RegExp>> = {
  [EXIT.failure]: /^(DISPOSED|AUDIT_FAILED|TOO_LARGE)$/u,
  [EXIT.usage]: /^(INVALID_ARGUMENT|PAYLOAD_TOO_LARGE)$/u,
  [EXIT.security]:
    /^(INSECURE_URL|INVALID_(KEY|ENVELOPE|PLAINTEXT)|DECRYPTION_FAILED|BODY_TOO_LARGE|REDIRECT_REFUSED|SERVER_KEY_\w+|MEMORY_NOT_LOCKED|POLICY_VIOLATION|ENDPOINT_NOT_SEALED|CONFIG_(MALFORMED|UNTRUSTED|EXPIRED|ROLLBACK)|NOT_SEALED|TIER_MISMATCH|UNOPENABLE|MALFORMED)$/u,
  [EXIT.connection]: /^(CONNECTION_\w+|TRUNCATED)$/u,
  [EXIT.api]:
    /^(API_ERROR|INVALID_REQUEST|AUTHENTICATION_FAILED|FORBIDDEN|RATE_LIMITED|SERVER_ERROR|SERVICE_UNAVAILABLE|CONFIG_NO_KEY|ABORTED|CLOCK|KEY_(UNKNOWN|EXPIRED)|REPLAYED|DUPLICATE|BUSY|UNAVAILABLE)$/u,
  [EXIT.keyFiles]: /^KEY_FILE_\w+$/u,
};

const isCode = (name: string): name is keyof typeof ERROR_CODES => Object.hasOwn(ERROR_CODES, name);
const ALL = Object.keys(ERROR_CODES).filter(isCode);

describe('the exit code', () => {
  it.each(ALL)('of %s is the one of its kind', (code) => {
    const fits = Object.entries(CODES).filter(([, codes]) => codes.test(code));
    expect(fits).toHaveLength(1);
    expect(String(exitCodeOf(new NomyoError(code, 'a message')))).toBe(fits[0]?.[0]);
  });

  it('is that of security failures for errors of any class with their codes', () => {
    for (const code of ['UNOPENABLE', 'MALFORMED', 'CONFIG_ROLLBACK', 'DECRYPTION_FAILED'] as const) {
      expect(exitCodeOf(new SecurityError(code, 'a message'))).toBe(3);
    }
  });

  it('is 5 when the router itself answered with a status', () => {
    const known = { headers: {}, payloadId: undefined, possiblyExecuted: false } as const;
    expect(exitCodeOf(errorOfStatus(400, { ...known, code: 'MALFORMED' }))).toBe(5);
    for (const status of [400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503, 504]) {
      expect(exitCodeOf(errorOfStatus(status, known))).toBe(5);
    }
  });

  it('is a separate one for errors not thrown by the SDK', () => {
    expect(exitCodeOf(new InvalidArgumentError('timeout', 'must be a number'))).toBe(2);
    expect(exitCodeOf(new UsageError('a flag is wrong'))).toBe(2);
    expect(exitCodeOf(new DisposedError('the client'))).toBe(1);
    expect(exitCodeOf(new CommandFailed('a check failed'))).toBe(1);
    expect(exitCodeOf(new Interrupted('interrupted'))).toBe(130);
    for (const other of [new TypeError('a bug'), 'text', undefined, null]) expect(exitCodeOf(other)).toBe(1);
  });
});

it('every error is printed on one line, without control characters', () => {
  for (const code of ALL) {
    const line = errorLine(new NomyoError(code, 'first\nsecond \u001b[31m'));
    expect(line).toMatch(/^nomyo: first second [^\n]*$/u);
    expect(line).not.toContain('\u001b');
  }
});
