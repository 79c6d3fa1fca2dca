import type { Alarm } from '#use-cases/ports.ts';
import type { Tools } from './showing.ts';

/** Alarms that are said once for a channel and a reason, and again only after something worked there. */
export const createAlarms = (alarm: Alarm): Pick<Tools, 'alarmOnce' | 'fine'> => {
  const said = new Map<string, string | undefined>();
  return {
    alarmOnce: (message, fields) => {
      const { request: _, ...where } = fields;
      const key = JSON.stringify([message, where]);
      if (said.has(key)) return;
      said.set(key, fields.channel);
      alarm(message, fields);
    },
    fine: (channel) => {
      for (const [key, of] of said) if (of === undefined || of === channel) said.delete(key);
    },
  };
};
