/** The finding of a check. */

/** How it stands. */
export type Status = 'ok' | 'warn' | 'fail' | 'skip';

/** One line of the screen, and one member of `checks` in the JSON. */
export interface Check {
  /** Stable, such as `certificate`. */
  readonly id: string;
  readonly title: string;
  readonly status: Status;
  readonly detail: string;
  /** The advice; empty when there is nothing to do. */
  readonly fix: string;
}

/** How it stands, and why. */
export type Finding = Pick<Check, 'status' | 'detail'> & { readonly fix?: string };

/** All is well. */
export const ok = (detail: string): Finding => ({ status: 'ok', detail });
/** There was nothing to check; `detail` says why. */
export const skip = (detail: string): Finding => ({ status: 'skip', detail });
/** It works, and could be better. */
export const warn = (detail: string, fix: string): Finding => ({ status: 'warn', detail, fix });
/** It does not work. */
export const fail = (detail: string, fix: string): Finding => ({ status: 'fail', detail, fix });

/** A finding under the name of its check. */
export const check = (id: string, title: string, { status, detail, fix = '' }: Finding): Check => ({
  id,
  title,
  status,
  detail,
  fix,
});
