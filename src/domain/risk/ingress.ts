import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { asText, entriesAt, listAt, textAt } from './read.ts';
import type { Danger } from './rule.ts';

export const isIngress = ({ kind }: Manifest): boolean => kind === 'Ingress';

export type Annotation = { readonly key: string; readonly name: string; readonly value: string };

/** Annotations by their name behind the slash, in lower case: what stands before it is configurable at the controller. */
export const annotationsOf = (object: Manifest): readonly Annotation[] =>
  isIngress(object)
    ? entriesAt(object.metadata, 'annotations').map(([key, value]) => ({
        key,
        name: (key.split('/').at(-1) ?? key).trim().toLowerCase(),
        value: asText(value).trim(),
      }))
    : [];

/** Dangers of annotations that are dangerous by being there; another value is another danger. */
export const dangersOf = (
  object: Manifest,
  fits: (annotation: Annotation) => boolean,
  says: (annotation: Annotation) => string,
): readonly Danger[] =>
  annotationsOf(object)
    .filter(fits)
    .map((annotation) => ({ key: `${annotation.name} ${annotation.value}`, says: says(annotation) }));

/** As Go's `strconv.ParseBool` reads them, whatever the case. */
export const isOn = (value: string): boolean => ['1', 't', 'true', 'on'].includes(value.toLowerCase());
export const isOff = (value: string): boolean => ['0', 'f', 'false', 'off'].includes(value.toLowerCase());

export type IngressPath = {
  readonly host: string;
  readonly path: string;
  readonly type: string;
  readonly backend: Json | undefined;
};

/** Hosts as they are written in rules; an empty one is every host. */
export const hostsOf = (object: Manifest): readonly string[] =>
  isIngress(object) ? listAt(object, 'spec', 'rules').map((rule) => textAt(rule, 'host').toLowerCase()) : [];

export const pathsOf = (object: Manifest): readonly IngressPath[] =>
  isIngress(object)
    ? listAt(object, 'spec', 'rules').flatMap((rule) =>
        listAt(rule, 'http', 'paths').map((path) => ({
          host: textAt(rule, 'host').toLowerCase(),
          path: textAt(path, 'path'),
          type: textAt(path, 'pathType'),
          backend: entriesAt(path).find(([key]) => key === 'backend')?.[1],
        })),
      )
    : [];

export const sayHost = (host: string): string => (host === '' ? 'every host' : `"${host}"`);
