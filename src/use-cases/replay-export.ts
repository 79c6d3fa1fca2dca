import type { RequestId } from '#domain/ids.ts';
import { readChain, type Trust } from '#domain/request/chain.ts';
import type { Settings } from './ports.ts';
import type { InExport } from './read-export.ts';
import { type Known, type Past, type Rejudged, rejudge } from './rejudge.ts';

/** A request of an export, and what the policy says of it; `unreadable` says why its log cannot be believed. */
export type Replayed =
  | { readonly request: RequestId; readonly past: Past; readonly profiles: readonly string[]; readonly now: Rejudged }
  | { readonly request: RequestId; readonly unreadable: string };

export type Replay = {
  /** By request, in the order of the export. */
  readonly requests: ReadonlyMap<RequestId, Replayed>;
  /** What makes that the export cannot be taken for whole, with lines. */
  readonly problems: readonly string[];
};

/** Puts a policy to each request of an export. `err` is a `problem` of a file that is no export at all. */
export const replayExport = async (
  settings: Settings,
  found: AsyncIterable<InExport>,
  trust: Trust,
  known: Known,
): Promise<Replay & { readonly isExport: boolean }> => {
  const requests = new Map<RequestId, Replayed>();
  const problems: string[] = [];
  let isExport = true;
  for await (const one of found) {
    switch (one.type) {
      case 'log': {
        const { request, lines } = one;
        requests.set(
          request,
          requests.has(request)
            ? { request, unreadable: 'it stands in the export in two places' }
            : replayLog(settings, request, lines, trust, known),
        );
        break;
      }
      case 'checkpoint':
        break;
      case 'foreign':
        isExport = false;
        problems.push(`line ${one.line}: ${one.why}`);
        break;
      case 'problem':
        problems.push(one.line === undefined ? one.why : `line ${one.line}: ${one.why}`);
    }
  }
  return { requests, problems, isExport };
};

const replayLog = (
  settings: Settings,
  request: RequestId,
  lines: readonly string[],
  trust: Trust,
  known: Known,
): Replayed => {
  const read = readChain(request, lines, trust);
  if (!read.ok) return { request, unreadable: `entry ${read.error.version}: ${read.error.why}` };
  if (read.value === undefined) return { request, unreadable: 'it has no entries' };
  const { entries, request: last } = read.value;
  const { asked } = last;
  const approved = entries.map(({ event }) => event).find((event) => event.type === 'approved');
  const past: Past = { asked, ...(approved === undefined || approved.auto ? {} : { approvedBy: approved.by }) };
  const before = known.policies.get(asked.approval.policyHash);
  return {
    request,
    past,
    profiles: profilesIn(settings, past) ?? (before && profilesIn(before, past)) ?? [],
    now: rejudge(settings, past, known),
  };
};

const profilesIn = ({ kinds }: Settings, { asked }: Past): readonly string[] | undefined => {
  const description = kinds.find(({ name }) => name === asked.kind)?.describe(asked.ask);
  return description?.ok ? description.value.profiles : undefined;
};
