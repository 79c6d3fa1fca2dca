import { canonical } from '#domain/json.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { type IngressPath, ingressDocument, isPrefix, pathsOf, sayHost } from './ingress.ts';

/** Of a path, of the page alone, or of a part below a path. Below `/` everything new is, which is nothing unusual. */
export const ingressBackendSwitched: Rule = {
  name: 'ingress-backend-switched',
  severity: 'high',
  sources: [ingressDocument('ingress-rules')],
  between: (before, after) => {
    const was = servedBy(pathsOf(before));
    return (after === undefined ? [] : pathsOf(after)).flatMap((one) => {
      const { host, path, at } = one;
      const old = was(one);
      if (old.size === 0 || old.has(spelled(one))) return [];
      return [
        {
          says: `another backend for traffic that has one: ${sayHost(host)}, path ${quoted(path)}`,
          path: [...at, 'backend'],
        },
      ];
    });
  },
};

/** Paths by their parts, so that looking one up takes as long as it is; with the backends of what is below, and of the page alone. */
type Node = {
  readonly below: Map<string, Node>;
  readonly prefix: Set<string>;
  readonly exact: Set<string>;
};

const createNode = (): Node => ({ below: new Map(), prefix: new Set(), exact: new Set() });
const partsOf = (path: string): readonly string[] => path.split('/').filter((part) => part !== '');
const spelled = ({ backend }: IngressPath): string => canonical(backend ?? null);
const nothing: ReadonlySet<string> = new Set();

/** What serves a path by now: what is written for it in the same way, or else the nearest that has it. */
const servedBy = (paths: readonly IngressPath[]) => {
  const hosts = new Map<string, Node>();
  for (const one of paths) {
    let node = hosts.get(one.host) ?? createNode();
    hosts.set(one.host, node);
    for (const part of partsOf(one.path)) {
      const next = node.below.get(part) ?? createNode();
      node.below.set(part, next);
      node = next;
    }
    (isPrefix(one) ? node.prefix : node.exact).add(spelled(one));
  }
  return (wanted: IngressPath): ReadonlySet<string> => {
    let node = hosts.get(wanted.host);
    let above = nothing;
    for (const part of partsOf(wanted.path)) {
      node = node?.below.get(part);
      if (node === undefined) return above;
      if (node.prefix.size > 0) above = node.prefix;
    }
    const { prefix, exact } = node ?? createNode();
    const written = isPrefix(wanted) ? [prefix, exact] : [exact, prefix];
    return written.find(({ size }) => size > 0) ?? above;
  };
};
