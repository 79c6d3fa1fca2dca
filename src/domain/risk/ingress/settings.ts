import type { Manifest } from '#domain/plan.ts';
import type { Place } from '#domain/risk/finding.ts';
import { asText, entriesAt } from '#domain/risk/read.ts';

/** What ingress-nginx says of the settings of all of it. */
export const settingDocument = (anchor: string): string =>
  `https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/#${anchor}`;

export type Setting = { readonly key: string; readonly value: string; readonly path: Place };

/** Which ConfigMap the controller reads is said to the controller alone: it is known by its keys, which nothing else has. */
export const settingsOf = (object: Manifest): readonly Setting[] =>
  object.kind === 'ConfigMap' && object.apiVersion === 'v1'
    ? entriesAt(object, 'data').map(([key, value]) => ({ key, value: asText(value).trim(), path: ['data', key] }))
    : [];
