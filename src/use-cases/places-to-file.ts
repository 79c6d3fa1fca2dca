import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import { isOver } from '#domain/request/request.ts';
import type { BotPorts } from './ports.ts';
import { find } from './request-log.ts';

/** An origin under which something can be filed, or was; `standing` is what waits of it, or is done. */
export type Place = { readonly origin: string; readonly isFree: boolean; readonly standing?: Chain | undefined };

/** Of each sort. */
const most = 10;

/**
 * The places of something that several people may file, and more than once: what came to nothing has taken one. The first are the same for
 * everybody, so that of two who ask at once one files it. Behind them are some of one's own: whoever asks and withdraws until the
 * others are taken keeps nobody else from asking.
 */
export const placesFor = async (ports: BotPorts, base: string, by: PersonId): Promise<readonly Place[]> => {
  const nths = Array.from({ length: most }, (_, nth) => nth);
  const origins = [...nths.map((nth) => `${base} ${nth}`), ...nths.map((nth) => `${base} ${by} ${nth}`)];
  return Promise.all(
    origins.map(async (origin): Promise<Place> => {
      const filed = await ports.store.filedFor(origin);
      if (filed === undefined) return { origin, isFree: true };
      return { origin, isFree: false, standing: await standingOf(ports, filed) };
    }),
  );
};

/** What was filed, unless it came to nothing. */
export const standingOf = async (ports: BotPorts, id: RequestId): Promise<Chain | undefined> => {
  const found = await find(ports, id);
  if (found.type !== 'found') return undefined;
  const { status } = found.chain.request.state;
  return !isOver(status) || status === 'completed' ? found.chain : undefined;
};
