// @ts-check
import { eventsUrl } from './api.js';

/**
 * Listens to the workspace and goes on listening: the browser reconnects after a broken connection, this after a refusal.
 *
 * @param {string} person
 * @param {{ changed: () => void, connected: (isConnected: boolean) => void }} listener `changed` also after each (re)connection
 * @returns {() => void} stops it
 */
export const listen = (person, { changed, connected }) => {
  /** @type {EventSource | undefined} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let again;
  const open = () => {
    source = new EventSource(eventsUrl(person));
    source.addEventListener('open', () => {
      connected(true);
      changed();
    });
    source.addEventListener('change', changed);
    source.addEventListener('error', () => {
      connected(false);
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, 1000);
    });
  };
  open();
  return () => {
    clearTimeout(again);
    source?.close();
  };
};
