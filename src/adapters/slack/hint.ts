import { setTimeout as after } from 'node:timers/promises';
import type { BotPorts } from '#use-cases/ports.ts';
import { type AskingAgain, usedLastTime } from '#use-cases/used-last-time.ts';
import { commandFor } from './offer.ts';
import { brieflyUsed } from './summary.ts';

/** Milliseconds that an answer waits for it, once the request is filed. */
const patience = 50;

/**
 * Says, as plain text, that less was used the last time, and how to ask for just that. It is looked for while the request is
 * filed; what it is not ready for by then is not said. Never fails.
 */
export const hintFor = (ports: BotPorts, asking: AskingAgain): (() => Promise<Hint | undefined>) => {
  const looking = look(ports, asking).catch(() => undefined);
  return () => Promise.race([looking, after(patience, undefined)]);
};

export type Hint = { readonly text: string; readonly command: string };

const look = async (ports: BotPorts, asking: AskingAgain): Promise<Hint | undefined> => {
  const last = await usedLastTime(ports, asking);
  const command = last && commandFor(ports.settings().kinds, last.asked, last.narrower);
  if (last === undefined || command === undefined) return undefined;
  return { text: `Last time (${last.asked.id}) you used only: ${brieflyUsed(last.used)}. Ask for just that:`, command };
};
