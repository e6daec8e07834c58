/** An attacker who ends TLS: with a certificate that the client trusts, in front of a router that knows nothing of it. */
import { send, startFront, withPosts, type Answered, type Passing } from '../terminator.js';

/** The attack on one POST: pass it on, changed or not, or answer in the router's place. */
export type Attack = (
  sent: Passing,
  passOn: (sent: Passing) => Promise<Answered>,
) => Answered | Promise<Answered>;

export interface Attacker {
  readonly url: string;
  /** Every POST, as it came. */
  readonly recorded: readonly Passing[];
  /** From now on. */
  readonly attack: (attack: Attack) => void;
  /** To the router behind, unchanged; what it says. */
  readonly passOn: (sent: Passing) => Promise<Answered>;
}

export async function startAttacker(router: string): Promise<Attacker> {
  const recorded: Passing[] = [];
  const passOn = (sent: Passing): Promise<Answered> => send(router, sent);
  let attack: Attack = passOn;
  const url = await startFront(
    () => router,
    withPosts(async ({ request, answer }) => {
      recorded.push(request);
      answer(await attack(request, passOn));
    }),
  );
  return { url, recorded, attack: (next) => (attack = next), passOn };
}

/** The first POST that was seen. */
export function firstOf({ recorded: [first] }: Attacker): Passing {
  if (first === undefined) throw new Error('nothing was recorded');
  return first;
}
