import { annotationsIn } from '#domain/risk/annotations.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';

const named = /^external-dns\.[^/]*\/(internal-)?hostname$/;
const target = /^external-dns\.[^/]*\/target$/;

/** On whatever object: external-dns reads it on Services, Ingresses, routes, Gateways, nodes and pods. */
export const externalDns: Rule = {
  name: 'external-dns',
  severity: 'medium',
  sources: ['https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/'],
  inside: (object) =>
    annotationsIn(object).flatMap(({ key, value, path }) => {
      if (value === '') return [];
      const [written, danger] = [key.toLowerCase(), `${key} ${value}`];
      if (named.test(written))
        return [{ key: danger, says: `a name in the DNS that leads here: ${quoted(value)}`, path }];
      return target.test(written) ? [{ key: danger, says: `its names in the DNS led to ${quoted(value)}`, path }] : [];
    }),
};
