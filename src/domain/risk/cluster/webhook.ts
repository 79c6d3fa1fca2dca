import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Place } from '#domain/risk/finding.ts';
import { itemsAt, textAt } from '#domain/risk/read.ts';

/** What Kubernetes says of webhooks of admission. */
export const webhookDocument = (anchor: string): string =>
  `https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#${anchor}`;

export const isAdmission = ({ apiVersion }: Manifest): boolean =>
  apiVersion.startsWith('admissionregistration.k8s.io/');

export type Webhook = { readonly name: string; readonly raw: Json; readonly path: Place };

export const webhooksOf = (object: Manifest): readonly Webhook[] =>
  isAdmission(object) && /^(Mutating|Validating)WebhookConfiguration$/.test(object.kind)
    ? itemsAt(object, 'webhooks').map(({ item, path }) => ({ name: textAt(item, 'name'), raw: item, path }))
    : [];
