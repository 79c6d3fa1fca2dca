import type { RequestId } from '#domain/ids.ts';
import { comes } from './comes.ts';
import type { Ground } from './ground.ts';
import { chainOf } from './judge.ts';

/** Below the card each entry of the log is found once, in order, and the card itself is of its last state. */
export const judgeThread = async (ground: Ground, id: RequestId): Promise<readonly string[]> => {
  const look = async (): Promise<readonly string[]> => {
    const chain = await chainOf(ground, id);
    if (chain === undefined || typeof chain === 'string') return [];
    const eyes = ground.slack.as('U0BOB');
    const cards = eyes
      .readChannel('approvals')
      .filter(({ metadata }) => metadata?.event_type === 'hallpass_card' && metadata.event_payload.request === id);
    const [card] = cards;
    if (card === undefined || cards.length > 1) return [`${id} has ${cards.length} cards`];
    const told = eyes
      .readThread(card)
      .slice(1)
      .map(({ metadata }) => Number(metadata?.event_payload.version));
    const versions = chain.entries.map(({ version }) => version);
    const missing = versions.filter((version) => !told.includes(version));
    const extra = told.filter((version, index) => told.indexOf(version) !== index || !versions.includes(version));
    const words = { revoked: 'Ended', denied: 'Denied', withdrawn: 'Withdrawn', lapsed: 'Lapsed', failed: 'Failed' };
    const word = Object.entries(words).find(([status]) => status === chain.request.state.status)?.[1];
    return [
      ...(missing.length === 0 ? [] : [`${id}: the thread lacks entries ${missing.join(', ')}`]),
      ...(extra.length === 0 ? [] : [`${id}: the thread has entries ${extra.join(', ')} once too often`]),
      ...(word === undefined || card.shown.includes(word)
        ? []
        : [`${id} is ${word}, and its card reads ${card.shown}`]),
    ];
  };
  // A summary may be written down just behind that, and is told a moment later.
  return (await comes(async () => (await look()).length === 0)) ? [] : look();
};
