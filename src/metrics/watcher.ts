import { defineCounter } from './registry.ts';

const batches = defineCounter(
  {
    name: 'hallpass_watcher_batches_total',
    help: 'Batches of audit events that the API server has sent: taken, or again (to be sent again, because they could not be looked at).',
    labels: ['result'],
    toldBy: ['watcher'],
  },
  [{ result: 'taken' }, { result: 'again' }],
);

/** Counts a batch that is taken; one that is not comes again. What goes wrong is thrown on. */
export const countingBatches =
  (take: (events: readonly unknown[]) => Promise<void>): typeof take =>
  async (events) => {
    try {
      await take(events);
      batches.add({ result: 'taken' });
    } catch (cause) {
      batches.add({ result: 'again' });
      throw cause;
    }
  };
