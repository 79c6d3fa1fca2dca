import { isSecret } from '#domain/content/mask.ts';
import { factKey, type Watched, type Wrote, writeFact } from '#domain/guard/agreed.ts';
import { type Protection, protectionOf } from '#domain/guard/protection.ts';
import { stateMark } from '#domain/guard/state-mark.ts';
import type { Manifest, Target } from '#domain/plan.ts';
import { heldSortOf } from '#kinds/kind.ts';
import type { AgreedStates } from './drift-ports.ts';
import { isOurs } from './home.ts';
import type { WorkerPorts } from './ports.ts';

type AgreePorts = Pick<WorkerPorts, 'settings' | 'signer' | 'trust' | 'home' | 'clock'> & {
  readonly agreed: AgreedStates;
};

/** What Hallpass itself makes of an object: from how it is to how it shall be. */
export type NoteWrite = (
  cluster: string,
  target: Target,
  states: { readonly before?: Manifest | undefined; readonly after?: Manifest | undefined },
) => void;

/** Where an object is looked at; undefined where it is not protected, is a Secret, or nobody can read whether it is. */
const placeOf = (
  { settings, home }: AgreePorts,
  cluster: string,
  target: Target,
): (Watched & { readonly protection: Protection }) | undefined => {
  const { namespace } = target;
  if (namespace === undefined || isOurs(home, namespace) || isSecret(target.apiVersion, target.kind)) return undefined;
  try {
    const { kinds, policy } = settings();
    const sort = heldSortOf(kinds, target);
    const place = sort && { cluster, namespace, profile: sort.profile };
    const protection = place && protectionOf(policy.protect, place);
    return place === undefined || protection === undefined ? undefined : { ...place, protection };
  } catch {
    return undefined;
  }
};

/** Lines that could not be written down yet. More are given up: then a card asks about what Hallpass did. */
const mostWaiting = 1_000;

export type OwnWrites = {
  /**
   * Writes down what Hallpass itself is about to make, or has made, of what is protected. Nobody waits for it: what must be taken back
   * does not wait for Redis.
   */
  readonly note: NoteWrite;
  /** Writes down what could not be before; throws when it still cannot. */
  readonly flush: () => Promise<void>;
};

export const createOwnWrites = (ports: AgreePorts): OwnWrites => {
  const waiting: { readonly place: Watched; readonly key: string; readonly line: string }[] = [];
  const flush = async (): Promise<void> => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      await ports.agreed.put(next.place, { [next.key]: next.line });
      if (waiting[0] === next) waiting.shift();
    }
  };
  let flushing: Promise<void> | undefined;
  const flushOnce = (): Promise<void> => {
    flushing ??= flush().finally(() => {
      flushing = undefined;
    });
    return flushing;
  };
  const add = async (
    place: Watched & { readonly protection: Protection },
    name: string,
    states: Parameters<NoteWrite>[2],
  ) => {
    const [from, to] = [states.before, states.after].map((one) => stateMark(one, place.protection, ports.trust.digest));
    if (from === undefined || to === undefined || from === to) return;
    const said: Wrote = { type: 'wrote', at: (await ports.clock.now()).epochMilliseconds, from, to };
    if (waiting.length >= mostWaiting) waiting.shift();
    waiting.push({ place, key: factKey(said, name), line: writeFact(place, name, said, ports.signer) });
    await flushOnce();
  };
  return {
    note: (cluster, target, states) => {
      const place = placeOf(ports, cluster, target);
      if (place !== undefined) void add(place, target.name, states).catch(() => undefined);
    },
    flush: flushOnce,
  };
};
