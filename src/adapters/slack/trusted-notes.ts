import type { RequestId } from '#domain/ids.ts';
import type { Request } from '#domain/request/request.ts';
import type { Alarm, ProjectionStore } from '#use-cases/ports.ts';
import { believable } from './believable.ts';
import { type Notes, openNotes } from './notes.ts';
import { setbackOf } from './slack-faults.ts';

export type TrustedNotes = {
  /** The notes of a request as far as they can be true; throws a setback when they cannot be read. */
  readonly open: (request: Request) => Promise<Notes>;
  /** An alarm about one request, once for each message: what is wrong is found again every two seconds. */
  readonly alarmAbout: (id: RequestId, message: string, fields: Readonly<Record<string, string>>) => void;
};

/** Reads notes that anybody may have edited, and says so when somebody has. */
export const createTrustedNotes = (store: ProjectionStore, alarm: Alarm): TrustedNotes => {
  const said = new Set<string>();
  const alarmAbout: TrustedNotes['alarmAbout'] = (id, message, fields) => {
    const key = `${id} ${message}`;
    if (said.has(key)) return;
    said.add(key);
    alarm(message, { request: id, ...fields });
  };

  const open = async ({ asked }: Request): Promise<Notes> => {
    try {
      return await openNotes(store, asked.id, (found) => {
        const believed = believable(asked, found);
        if (believed !== found) {
          alarmAbout(asked.id, 'Notes put a request’s messages into a channel that is not its own; they are ignored', {
            channel: asked.approval.channel,
          });
        }
        return believed;
      });
    } catch (cause) {
      const setback = setbackOf(cause);
      if (setback !== undefined) alarmAbout(asked.id, 'The notes of a request cannot be read', { why: setback.why });
      throw cause;
    }
  };
  return { open, alarmAbout };
};
