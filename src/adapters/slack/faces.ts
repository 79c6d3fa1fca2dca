import type { HomeView } from '@slack/types';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Request } from '#domain/request/request.ts';
import { readContent } from '#use-cases/contents.ts';
import { offersExtension } from '#use-cases/extend-grant.ts';
import { openedBefore } from '#use-cases/opened-before.ts';
import type { BotPorts, ProjectionStore } from '#use-cases/ports.ts';
import { type Inbox, seeInbox, seeRequest } from '#use-cases/see-requests.ts';
import { type Message, renderCard } from './card.ts';
import { describedBy } from './described.ts';
import { hallmarked } from './hallmark.ts';
import { renderHome, renderList } from './home.ts';
import type { Look } from './log-window.ts';
import { permalinksOf } from './notes.ts';
import { votersStanding } from './voters-standing.ts';

/** What a person asks to see: only what they may know, with links to the cards in their channels. */
export type Faces = {
  readonly home: (person: PersonId) => Promise<HomeView>;
  readonly list: (person: PersonId) => Promise<ReturnType<typeof renderList>>;
  /** The card as it stands now; undefined when there is no such request for this person. */
  readonly card: (person: PersonId, id: RequestId) => Promise<Message | undefined>;
  /** The same with the log that it is drawn of. */
  readonly look: (person: PersonId, id: RequestId) => Promise<Look | undefined>;
};

/** `workspace` is the address of the bot's workspace; without it nothing is linked, because no noted address can be checked. */
export const createFaces = (ports: BotPorts, notes: ProjectionStore, workspace?: string): Faces => {
  const linksTo = ({ waitingForMe, active, later, mine }: Inbox) =>
    permalinksOf(
      notes,
      [
        ...new Map(
          [...waitingForMe, ...active, ...later, ...mine].map(({ request: { asked } }) => [asked.id, asked]),
        ).values(),
      ],
      workspace,
    );
  const readerOf = async (person: PersonId, inbox: Inbox) => ({
    person,
    kinds: ports.settings().kinds,
    mayGoOn: (request: Request) => offersExtension(ports.settings(), request),
    permalinks: await linksTo(inbox),
  });
  const look: Faces['look'] = async (person, id) => {
    const chain = await seeRequest(ports, person, id);
    if (chain === undefined) return undefined;
    const { kinds, policy } = ports.settings();
    const description = describedBy(kinds, chain.request.asked);
    const standing = await votersStanding(policy, ports.directory, chain);
    const permalink = (await permalinksOf(notes, [chain.request.asked], workspace)).get(id);
    const card = renderCard({
      chain,
      mayGoOn: offersExtension(ports.settings(), chain.request),
      before: await openedBefore(ports, chain.request),
      shown: await readContent(ports, chain.request.asked),
      ...(description === undefined ? {} : { description }),
      ...(standing === undefined ? {} : { standing }),
      ...(permalink === undefined ? {} : { permalink }),
    });
    return { chain, card };
  };
  return {
    home: async (person) => {
      const inbox = await seeInbox(ports, person);
      return hallmarked(renderHome(inbox, await readerOf(person, inbox)), ports.signer, ports.trust);
    },
    list: async (person) => {
      const inbox = await seeInbox(ports, person);
      return renderList(inbox, await readerOf(person, inbox));
    },
    card: async (person, id) => (await look(person, id))?.card,
    look,
  };
};
