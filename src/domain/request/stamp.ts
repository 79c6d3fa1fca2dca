import type { PersonId, RequestId } from '#domain/ids.ts';
import { canonical } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Signer, Trust } from './chain.ts';

/** What every object that Hallpass makes says of itself, so that it can be ended with nothing else at hand. */
export type Stamp = {
  readonly cluster: string;
  readonly request: RequestId;
  readonly revision: number;
  readonly requester: PersonId;
  readonly approvers: readonly PersonId[];
  readonly startedAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  readonly seal: string;
};

export const managedBy = { label: 'app.kubernetes.io/managed-by', value: 'hallpass' } as const;
export const requestLabel = 'hallpass.dev/request';
/** The minute in which a grant ends, as `2026-11-20T22-05` (UTC): the sweep asks the server only for what is due. */
export const minuteLabel = 'hallpass.dev/expires-minute';
const note = (name: string): string => `hallpass.dev/${name}`;

export const minuteOf = (instant: Temporal.Instant): string =>
  instant.round({ smallestUnit: 'minute', roundingMode: 'floor' }).toString().slice(0, 16).replace(':', '-');

/** Minutes past its own in which what should have ended is looked for by the minute in which it should have. */
const looksBack = 60;

/** A label selector for what ends in this minute, or should have ended in the hour before it. */
export const dueSelector = (now: Temporal.Instant): string => {
  const minutes = Array.from({ length: looksBack + 1 }, (_, ago) => minuteOf(now.subtract({ minutes: ago })));
  return `${minuteLabel} in (${minutes.join(',')})`;
};

/** Adds labels, annotations and the worker's signature to an object. */
export const stamped = (manifest: Manifest, stamp: Stamp, signer: Signer): Manifest => {
  const { metadata } = manifest;
  return {
    ...manifest,
    metadata: {
      ...metadata,
      labels: {
        ...metadata.labels,
        [managedBy.label]: managedBy.value,
        [requestLabel]: stamp.request,
        [minuteLabel]: minuteOf(stamp.expiresAt),
      },
      annotations: {
        ...metadata.annotations,
        [note('request')]: stamp.request,
        [note('revision')]: String(stamp.revision),
        [note('requester')]: stamp.requester,
        [note('approvers')]: stamp.approvers.join(','),
        [note('started-at')]: stamp.startedAt.toString(),
        [note('expires-at')]: stamp.expiresAt.toString(),
        [note('seal')]: stamp.seal,
        [note('key')]: signer.key,
        [note('signature')]: signer.sign(signedText(stamp.cluster, manifest, stamp)),
      },
    },
  };
};

/** What a genuine stamp says. */
export type Read = Pick<Stamp, 'request' | 'revision' | 'startedAt' | 'expiresAt' | 'seal'>;

/**
 * Reads an object's stamp and believes it only when a worker's key signed it for this very object in this cluster:
 * annotations copied to another object, or edited, are not a stamp.
 */
export const readStamp = (cluster: string, live: Manifest, trust: Trust): Read | undefined => {
  const notes = live.metadata.annotations ?? {};
  const value = (name: string): string => notes[note(name)] ?? '';
  try {
    const read = {
      request: value('request') as RequestId,
      revision: Number(value('revision')),
      startedAt: Temporal.Instant.from(value('started-at')),
      expiresAt: Temporal.Instant.from(value('expires-at')),
      seal: value('seal'),
    };
    const text = signedText(cluster, live, read);
    return trust.verify('worker', value('key'), text, value('signature'), read.startedAt) ? read : undefined;
  } catch {
    return undefined;
  }
};

const signedText = (cluster: string, { apiVersion, kind, metadata }: Manifest, stamp: Read): string =>
  canonical({
    use: 'hallpass.dev/stamp',
    cluster,
    object: { apiVersion, kind, namespace: metadata.namespace, name: metadata.name },
    request: stamp.request,
    revision: stamp.revision,
    startedAt: stamp.startedAt.toString(),
    expiresAt: stamp.expiresAt.toString(),
    seal: stamp.seal,
  });
