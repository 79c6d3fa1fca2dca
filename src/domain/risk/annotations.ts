import type { Manifest } from '#domain/plan.ts';
import type { Place } from './finding.ts';
import { asText, entriesAt } from './read.ts';

export type Annotation = {
  readonly key: string;
  /** What is behind the slash, in lower case: what stands before it is configurable at some controllers. */
  readonly name: string;
  /** What is before that, with the slash, as it is written. */
  readonly prefix: string;
  readonly value: string;
  readonly path: Place;
};

export const annotationsIn = (object: Manifest): readonly Annotation[] =>
  entriesAt(object.metadata, 'annotations').map(([key, value]) => ({
    key,
    name: (key.split('/').at(-1) ?? key).trim().toLowerCase(),
    prefix: key.slice(0, key.lastIndexOf('/') + 1),
    value: asText(value).trim(),
    path: ['metadata', 'annotations', key],
  }));

/** What a value lists, divided by commas or white space. */
export const listIn = (value: string): readonly string[] => value.split(/[\s,]+/).filter((text) => text !== '');

/** As Go's `strconv.ParseBool` reads them, whatever the case. */
export const isOn = (value: string): boolean => ['1', 't', 'true', 'on'].includes(value.toLowerCase());
export const isOff = (value: string): boolean => ['0', 'f', 'false', 'off'].includes(value.toLowerCase());
