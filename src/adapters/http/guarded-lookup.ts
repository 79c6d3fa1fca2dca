import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isMetadataHost } from '#domain/outgoing/address.ts';

/** Of the fault when a name leads where it must not. */
export const metadataCode = 'EMETADATA';

/**
 * Looks names up as Node does, and refuses one of which any address is link-local or one where clouds keep credentials. It is asked for
 * each connection, and the connection goes to what was looked at.
 */
export const guardedLookup: LookupFunction = (hostname, options, answer) => {
  lookup(hostname, { ...options, all: true }, (fault, addresses) => {
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
