import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { Core } from '#use-cases/ports.ts';
import { clientOptions, directoryFor, identify } from './client.ts';
import type { SlackDirectory } from './directory.ts';

type AddressOf = NonNullable<Core['addressOf']>;

/**
 * Confirmed addresses, for a process that does nothing else in Slack. Slack is not asked before the first address is wanted:
 * grants have to end whether or not it is there.
 */
export const createAddressBook = (
  { token, apiUrl }: { readonly token: string; readonly apiUrl: string },
  more: Pick<WebClientOptions, 'fetch'> = {},
): AddressOf => {
  const client = new WebClient(token, { ...clientOptions(apiUrl), ...more });
  let opened: Promise<SlackDirectory> | undefined;
  const open = (): Promise<SlackDirectory> => {
    if (opened !== undefined) return opened;
    const opening = identify(client).then((own) => directoryFor(client, own));
    opened = opening;
    opening.catch(() => {
      opened = undefined;
    });
    return opening;
  };
  return async (person) => {
    const directory = await open();
    // No event tells this process of changes: what is to be applied is looked up anew.
    directory.forgetPerson(person);
    return directory.addressOf(person);
  };
};
