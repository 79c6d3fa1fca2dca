import type { Manifest } from '#domain/plan.ts';
import { at, entriesAt, textAt } from '#domain/risk/read.ts';

/** What a Service (v1) sends traffic to. */
export type ServiceSeen = {
  readonly namespace: string;
  readonly name: string;
  /** Pods with these labels; of none where there are no labels. */
  readonly selector: Readonly<Record<string, string>>;
  /** A name outside that it stands for. */
  readonly externalName?: string;
};

/** Reads a Service as the API server sends it. */
export const readService = (manifest: Manifest): ServiceSeen => ({
  namespace: manifest.metadata.namespace ?? '',
  name: manifest.metadata.name,
  selector: Object.fromEntries(
    entriesAt(at(manifest, 'spec', 'selector')).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value] as const] : [],
    ),
  ),
  ...(textAt(manifest, 'spec', 'type') === 'ExternalName'
    ? { externalName: textAt(manifest, 'spec', 'externalName') }
    : {}),
});
