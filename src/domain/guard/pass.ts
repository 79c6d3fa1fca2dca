import { z } from 'zod';
import { canonical } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import { managedBy } from '#domain/request/stamp.ts';

/**
 * What the worker shows for one write of its own to a protected object: signed, for this very write, and for a moment only. It is
 * kept in the cluster, so that what has to be taken back is let through while Redis is away.
 */
export type Pass = {
  readonly cluster: string;
  readonly fingerprint: string;
  readonly until: Temporal.Instant;
};

const note = (name: string): string => `hallpass.dev/${name}`;

/** The name of the ConfigMap with the pass for a write. */
export const passName = (fingerprint: string): string => `pass-${fingerprint.slice(0, 40)}`;

const signedText = ({ cluster, fingerprint, until }: Pass): string =>
  canonical({ use: 'hallpass.dev/pass', cluster, fingerprint, until: until.toString() });

export const passObject = (namespace: string, pass: Pass, signer: Signer): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: passName(pass.fingerprint),
    namespace,
    labels: { [managedBy.label]: managedBy.value },
    annotations: {
      [note('pass-fingerprint')]: pass.fingerprint,
      [note('pass-until')]: pass.until.toString(),
      [note('key')]: signer.key,
      [note('signature')]: signer.sign(signedText(pass)),
    },
  },
});

const notes = z.object({
  [note('pass-fingerprint')]: z.string(),
  [note('pass-until')]: z.string(),
  [note('key')]: z.string(),
  [note('signature')]: z.string(),
});

/** Reads a pass and believes it only when a worker's key signed it, for this cluster. Whether its time is over is for the caller to see. */
export const readPass = (cluster: string, object: Manifest, trust: Trust): Pass | undefined => {
  const found = notes.safeParse(object.metadata.annotations).data;
  if (found === undefined) return undefined;
  try {
    const pass = {
      cluster,
      fingerprint: found[note('pass-fingerprint')] ?? '',
      until: Temporal.Instant.from(found[note('pass-until')] ?? ''),
    };
    const isGenuine = trust.verify(
      'worker',
      found[note('key')] ?? '',
      signedText(pass),
      found[note('signature')] ?? '',
    );
    return isGenuine ? pass : undefined;
  } catch {
    return undefined;
  }
};
