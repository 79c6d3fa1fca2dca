import { lineOf, type Setting, scrubbed, settingAfter, unreadableLine } from '#domain/audit/line.ts';
import { type RequestId, requestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import { readLine, type Trust } from '#domain/request/chain.ts';
import type { Alarm, EventStore } from './ports.ts';

/** A line of a log as it was found in the stream or in the log, believed in nothing. */
export type FoundEntry = {
  readonly request: string;
  readonly version: number;
  readonly text: string;
  /** When it was committed, by Redis; for what does not say so itself. */
  readonly at: Temporal.Instant;
};

type LinePorts = {
  readonly store: Pick<EventStore, 'read'>;
  readonly trust: Trust;
  readonly alarm: Alarm;
  /** Takes out what looks like a secret. */
  readonly scrub: (text: string) => string;
};

/** Settings that are remembered, of the requests that were met last. */
const remembered = 2_000;

/** Writes entries as lines to go out, without their line feed. What cannot be believed goes out too, is marked, and is told of. */
export const createAuditLines = ({ store, trust, alarm, scrub }: LinePorts) => {
  const settings = new Map<RequestId, { readonly version: number; readonly setting: Setting }>();
  const remember = (id: RequestId, version: number, setting: Setting | undefined): void => {
    if (setting === undefined) return;
    settings.delete(id);
    settings.set(id, { version, setting });
    const [oldest] = settings.size > remembered ? settings.keys() : [];
    if (oldest !== undefined) settings.delete(oldest);
  };

  /** As it was before this entry, from the log. */
  const settingBefore = async (id: RequestId, version: number): Promise<Setting | undefined> => {
    const known = settings.get(id);
    if (known?.version === version - 1) return known.setting;
    if (version === 1) return undefined;
    const lines = (await store.read(id)).slice(0, version - 1);
    return lines.reduce<Setting | undefined>((setting, line) => {
      const read = readLine(id, line, trust);
      return read.ok ? settingAfter(setting, read.value.event) : setting;
    }, undefined);
  };

  const say = (line: Json): string => JSON.stringify(scrubbed(line, scrub));

  return async (found: FoundEntry): Promise<string> => {
    const id = requestId.safeParse(found.request);
    const read = id.success
      ? readLine(id.data, found.text, trust)
      : ({ ok: false, error: 'it is of no request' } as const);
    if (!id.success || !read.ok) {
      const why = read.ok ? '' : read.error;
      alarm('What stands in the log of a request is no entry that can be believed; it went out as unreadable', {
        request: found.request.slice(0, 80),
        version: String(found.version),
        why: why.slice(0, 300),
      });
      return say(unreadableLine(found, trust.digest(found.text), why));
    }
    const entry = read.value;
    const setting = settingAfter(await settingBefore(id.data, entry.version), entry.event);
    remember(id.data, entry.version, setting);
    return say(lineOf(id.data, entry, setting));
  };
};
export type AuditLines = ReturnType<typeof createAuditLines>;
