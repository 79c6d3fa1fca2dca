import { defineCounter } from './registry.ts';

const dropped = defineCounter(
  {
    name: 'hallpass_entries_dropped_total',
    help: 'Entries that were left for this bot and are not believed: unsigned, or of-another-cluster than their key is good for.',
    labels: ['why'],
    toldBy: ['bot'],
  },
  [{ why: 'unsigned' }, { why: 'of-another-cluster' }],
);

/** Counts an entry that was left for the bot, and is not believed. */
export const countDropped = (why: string): void => dropped.add({ why });
