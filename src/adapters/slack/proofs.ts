import type { RequestId } from '#domain/ids.ts';
import type { Proof } from '#domain/request/events.ts';
import type { State } from '#domain/request/request.ts';
import { oneLine } from '#domain/text.ts';
import { bold, lines, type Piece } from './blocks.ts';
import { cutMiddle, fitting, more } from './excerpt.ts';

type Allowed = { readonly probe: string; readonly stillAllowedBy: string };

/** What something other than our binding still allows after the end, and than what was made for the request that it goes on as. */
export const stillAllowed = (proofs: readonly Proof[], goesOn?: RequestId): readonly Allowed[] =>
  proofs.flatMap(({ probe, stillAllowedBy }) =>
    stillAllowedBy === undefined || isFor(goesOn, stillAllowedBy) ? [] : [{ probe, stillAllowedBy }],
  );

/** Names of what is made for a request hold its id. */
const isFor = (request: RequestId | undefined, reason: string | undefined): boolean =>
  request !== undefined && reason?.includes(request) === true;

/** The request that an ended grant goes on as, if it was extended. */
export const goesOnAs = (state: State): RequestId | undefined =>
  state.status === 'revoked' && state.cause === 'extended' ? state.extension : undefined;

const unproven =
  '⚠️ Not proven: nobody could be asked about. What was granted is removed; whether something else still allows it could not be checked, because the person’s Kubernetes user is not known any more.';

/**
 * What the API server answered after the removal, within so many characters. What is still allowed stands first: it is
 * what somebody has to do something about.
 */
export const proofLines = (proofs: readonly Proof[], characters: number, goesOn?: RequestId) => {
  if (proofs.length === 0) return lines([[unproven]]);
  const allowed = stillAllowed(proofs, goesOn).map(
    ({ probe, stillAllowedBy }) =>
      `⚠️ STILL ALLOWED: ${cutMiddle(oneLine(probe), 200)}. The API server says: ${cutMiddle(oneLine(stillAllowedBy), 300)}`,
  );
  const denied = proofs
    .filter(({ stillAllowedBy }) => stillAllowedBy === undefined)
    .map(({ probe }) => `The API server denies it now: ${cutMiddle(oneLine(probe), 200)} ✓`);
  const goingOn = proofs
    .filter(({ stillAllowedBy }) => isFor(goesOn, stillAllowedBy))
    .map(({ probe }) => `The API server allows it by ${goesOn} now: ${cutMiddle(oneLine(probe), 200)} ✓`);
  const { kept, left } = fitting([...allowed, ...denied, ...goingOn], characters);
  const shown = kept.map((said, index): readonly Piece[] => [index < allowed.length ? bold(said) : said]);
  return lines(left === 0 ? shown : [...shown, [`and ${more(left, 'answer')}, in the log`]]);
};
