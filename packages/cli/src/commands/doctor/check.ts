/** What a check finds. */

/** How it stands. */
export type Status = 'ok' | 'warn' | 'fail' | 'skip';

/** One line of the screen, and one member of `checks` in the JSON. */
export interface Check {
  /** Stable, such as `certificate`. */
  readonly id: string;
  readonly title: string;
  readonly status: Status;
  readonly detail: string;
  /** What to do; empty when there is nothing to do. */
  readonly fix: string;
}

/** How it stands, and why. */
export type Finding = Pick<Check, 'status' | 'detail'> & { readonly fix?: string };

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const skip = (detail: string): Finding => ({ status: 'skip', detail });
export const warn = (detail: string, fix: string): Finding => ({ status: 'warn', detail, fix });
export const fail = (detail: string, fix: string): Finding => ({ status: 'fail', detail, fix });

export const check = (id: string, title: string, { status, detail, fix = '' }: Finding): Check => ({
  id,
  title,
  status,
  detail,
  fix,
});
