import { type Annotation, isOff } from '#domain/risk/annotations.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, annotationsOf, valuesOf } from './ingress.ts';

/** Where it is written who gets in: another one lets others in. */
const known = ['auth-secret', 'auth-tls-secret'];
const asksClients = 'auth-tls-verify-client';
const weaker = ['off', 'optional', 'optional_no_ca'];

/** Whoever had to prove who they are may not have to any more, or by something else. Only under the same key is it still there. */
export const ingressAuthRemoved: Rule = {
  name: 'ingress-auth-removed',
  severity: 'high',
  sources: [annotationDocument('authentication')],
  between: (before, after) => {
    if (after === undefined) return [];
    const [was, is] = [before, after].map(valuesOf);
    const changed = annotationsOf(before)
      .filter(({ name, value }) => name.startsWith('auth-') && value !== '')
      .flatMap(({ key, name, value, path }) => {
        const now = is?.get(key) ?? '';
        const how = `${key} goes from ${quoted(value)} to ${quoted(now)}`;
        if (now === '') return [{ says: `access with less proof of who comes: ${key} is removed`, path }];
        if (name === 'auth-type' && !isNone(value) && isNone(now))
          return [{ says: `access with less proof of who comes: ${how}`, path }];
        return known.includes(name) && now !== value
          ? [{ says: `access for whomever somebody else knows: ${how}`, path }]
          : [];
      });
    const unasked = annotationsOf(after)
      .filter(({ name, value }) => name === asksClients && isWeaker(value))
      .filter((one) => isStrict(was ?? new Map(), one))
      .map(({ key, value, path }) => ({
        says: `access with less proof of who comes: ${key} is ${quoted(value)}`,
        path,
      }));
    return [...changed, ...unasked];
  },
};

type Values = ReadonlyMap<string, string>;

const isNone = (value: string): boolean => value.toLowerCase() === 'none' || isOff(value);
const isWeaker = (value: string): boolean => weaker.includes(value.toLowerCase());

/** Where nothing is said, clients are asked for a certificate as soon as it is said by whom it must be signed. */
const isStrict = (was: Values, { key, prefix }: Annotation): boolean => {
  const value = was.get(key) ?? was.get(`${prefix}${asksClients}`) ?? '';
  return value === '' ? (was.get(`${prefix}auth-tls-secret`) ?? '') !== '' : !isWeaker(value);
};
