import type { Chain } from '#domain/request/chain.ts';
import type { BotPorts } from '#use-cases/ports.ts';
import { renderCard } from './card.ts';

/** A request's card as it stands now, in the words of its kind. */
export const cardFor = ({ settings }: Pick<BotPorts, 'settings'>, chain: Chain): ReturnType<typeof renderCard> => {
  const { kind: name, ask } = chain.request.asked;
  const described = settings()
    .kinds.find((kind) => kind.name === name)
    ?.describe(ask);
  return renderCard({ chain, ...(described?.ok ? { description: described.value } : {}) });
};
