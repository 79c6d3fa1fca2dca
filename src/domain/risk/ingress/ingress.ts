import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { type Annotation, annotationsIn } from '#domain/risk/annotations.ts';
import type { Place } from '#domain/risk/finding.ts';
import { at, itemsAt, itemsIn, textAt } from '#domain/risk/read.ts';
import type { Danger } from '#domain/risk/rule.ts';

export const isIngress = ({ kind }: Manifest): boolean => kind === 'Ingress';

export const isIngressClass = ({ apiVersion, kind }: Manifest): boolean =>
  kind === 'IngressClass' && apiVersion.startsWith('networking.k8s.io/');

/** Where a danger of an annotation of ingress-nginx is described. */
export const annotationDocument = (anchor: string): string =>
  `https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#${anchor}`;

/** What Kubernetes says of Ingresses. */
export const ingressDocument = (anchor: string): string =>
  `https://kubernetes.io/docs/concepts/services-networking/ingress/#${anchor}`;

/** Annotations of an Ingress. */
export const annotationsOf = (object: Manifest): readonly Annotation[] =>
  isIngress(object) ? annotationsIn(object) : [];

/** Their values by their keys as they are written. */
export const valuesOf = (object: Manifest): ReadonlyMap<string, string> =>
  new Map(annotationsOf(object).map(({ key, value }) => [key, value]));

/**
 * The annotations of an Ingress that count for something, and under whose very key nothing does afterwards: a
 * controller reads one prefix, and small letters, so that under another key it may be lost.
 */
export const removedFrom = (
  before: Manifest,
  after: Manifest | undefined,
  counts: (annotation: Annotation) => boolean,
): readonly Annotation[] => {
  if (after === undefined) return [];
  const left = new Set(
    annotationsOf(after)
      .filter(counts)
      .map(({ key }) => key),
  );
  return annotationsOf(before).filter((one) => counts(one) && !left.has(one.key));
};

/** Dangers of annotations that are dangerous by being there; another value is another danger, and so is another key. */
export const dangersOf = (
  object: Manifest,
  fits: (annotation: Annotation) => boolean,
  says: (annotation: Annotation) => string,
): readonly Danger[] =>
  annotationsOf(object)
    .filter(fits)
    .map((annotation) => ({
      key: `${annotation.key} ${annotation.value}`,
      says: says(annotation),
      path: annotation.path,
    }));

/** The annotations that turn on a web application firewall, and its rules. */
export const firewall = ['enable-modsecurity', 'enable-owasp-core-rules'];

export type Host = { readonly host: string; readonly path: Place };

/** Hosts as they are written in rules; an empty one is every host. */
export const hostsOf = (object: Manifest): readonly Host[] =>
  isIngress(object)
    ? itemsAt(object, 'spec', 'rules').map(({ item, path }) => ({
        host: textAt(item, 'host').toLowerCase(),
        path: [...path, 'host'],
      }))
    : [];

export type IngressPath = {
  readonly host: string;
  readonly path: string;
  readonly type: string;
  readonly backend: Json | undefined;
  /** Of the entry in the list of paths. */
  readonly at: Place;
};

export const pathsOf = (object: Manifest): readonly IngressPath[] =>
  isIngress(object)
    ? itemsAt(object, 'spec', 'rules').flatMap((rule) =>
        itemsIn([rule], 'http', 'paths').map((one) => ({
          host: textAt(rule.item, 'host').toLowerCase(),
          path: textAt(one.item, 'path'),
          type: textAt(one.item, 'pathType'),
          backend: at(one.item, 'backend'),
          at: one.path,
        })),
      )
    : [];

/** What is not of one page alone: patterns, and what the controller reads as it likes, are no less. */
export const isPrefix = ({ type }: IngressPath): boolean => type.toLowerCase() !== 'exact';

export const sayHost = (host: string): string => (host === '' ? 'every host' : `"${host}"`);
