import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isMetadataHost } from '#domain/outgoing/address.ts';

/** Of the fault when a name leads where it must not. */
export const metadataCode = 'EMETADATA';

/** Who says where a name leads: Node's own `lookup`, or an in-memory one. */
export type NameService = (
  hostname: string,
  options: Parameters<LookupFunction>[1] & { readonly all: true },
  answer: (fault: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Looks names up as they say, and refuses one of which any address is link-local or one where clouds keep credentials. It is asked for
 * each connection, and the connection goes to what was looked at.
 */
export const guardedBy =
  (names: NameService): LookupFunction =>
  (hostname, options, answer) => {
    names(hostname, { ...options, all: true }, (fault, addresses) => {
      if (fault !== null) return answer(fault, '');
      const [first] = addresses;
      if (first === undefined || addresses.some(({ address }) => isMetadataHost(address)))
        return answer(
          Object.assign(new Error('The name leads to no address that may be called'), { code: metadataCode }),
          '',
        );
      return options.all === true ? answer(null, addresses) : answer(null, first.address, first.family);
    });
  };
