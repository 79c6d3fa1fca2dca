import { canonical } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import { sayingOf } from './webhook.ts';

/**
 * Which writing of the webhook configuration this is, by a worker: a later one is greater. Workers read a changed
 * policy up to some minutes apart, so each must know what another one wrote from what somebody else did. Milliseconds
 * since 1970, or one more than the edition before where that is greater.
 */
export type Edition = number;

const note = (name: string): string => `hallpass.dev/${name}`;
const editionNote = note('edition');

/** The edition that a configuration says it is, whoever says so; empty where it says none. */
export const editionClaimed = ({ metadata }: Manifest): string => metadata.annotations?.[editionNote] ?? '';

/** Adds the edition and the worker's signature over what the configuration has the API server do in this cluster. */
export const inEdition = (manifest: Manifest, edition: Edition, cluster: string, signer: Signer): Manifest => ({
  ...manifest,
  metadata: {
    ...manifest.metadata,
    annotations: {
      ...manifest.metadata.annotations,
      [editionNote]: String(edition),
      [note('key')]: signer.key,
      [note('signature')]: signer.sign(signedText(cluster, manifest, edition)),
    },
  },
});

/** The edition of what a worker wrote; undefined when no worker did, or somebody has changed it since. */
export const readEdition = (cluster: string, live: Manifest, trust: Trust): Edition | undefined => {
  const value = (name: string): string => live.metadata.annotations?.[note(name)] ?? '';
  const edition = Number(editionClaimed(live));
  if (!Number.isSafeInteger(edition) || edition <= 0) return undefined;
  const text = signedText(cluster, live, edition);
  return trust.verify('worker', value('key'), text, value('signature')) ? edition : undefined;
};

/** Authorities are not signed: guards add theirs. */
const signedText = (cluster: string, manifest: Manifest, edition: Edition): string =>
  canonical({
    use: 'hallpass.dev/webhooks',
    cluster,
    name: manifest.metadata.name,
    edition,
    webhooks: sayingOf(manifest),
  });
