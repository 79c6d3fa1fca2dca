import type { RequestId } from '#domain/ids.ts';
import { type Chain, extend } from '#domain/request/chain.ts';
import { authorOf, type RequestEvent } from '#domain/request/events.ts';
import { exportEndLine, exportedLine } from '#domain/request/exported.ts';
import type { MemoryKeys } from '#test/memory/keys.ts';
import { noon } from './requests.ts';

export type Filed = readonly [request: RequestId, ...events: RequestEvent[]];

/** The lines of an export of these requests, each signed as it should be, a minute between its events. */
export const exportOf = (keys: MemoryKeys, ...filed: readonly Filed[]): readonly string[] => {
  const logs = filed.map(([request, ...events]) => {
    let chain: Chain | undefined;
    return events.flatMap((event, minutes) => {
      const added = extend(
        request,
        chain,
        [event],
        noon.add({ minutes }),
        keys.signer(authorOf(event.type)),
        keys.trust,
      );
      chain = added.chain;
      return added.lines.map((line) => exportedLine(request, minutes + 1, line));
    });
  });
  return [...logs.flat(), endOf(logs.length, logs.flat().length)];
};

export const endOf = (requests: number, entries: number): string =>
  exportEndLine({ at: noon.toString(), requests, entries });
