import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Kind, Seen } from '#kinds/kind.ts';
import { open } from '#kinds/open/open.ts';

/** As in `open.yaml`: one opening for each sort of source. */
export const openings: readonly Json[] = [
  { name: 'pods-to-pods', title: 'Let pods reach others', from: 'same-namespace' },
  { name: 'other-pods', title: 'Let pods of another namespace in', from: 'another-namespace' },
  { name: 'addresses', title: 'Let addresses in', from: 'addresses', widest: { ipv4: 16, ipv6: 48 } },
];

/** The kind over these openings; throws when they are refused. */
export const openOver = (list: readonly Json[] = openings): Kind => {
  const kind = open.configure({ openings: list });
  if (kind.ok) return kind.value;
  throw new Error(kind.error.map(({ message }) => message).join('; '));
};

const sortOf: Readonly<Record<string, string>> = { Pod: 'pods', NetworkPolicy: 'networkpolicies' };

/** Answers a kind's looks from the objects of a cluster, in the order of the looks. */
export const lookUp = (kind: Kind, ask: Json, namespace: string, cluster: readonly Manifest[]): Seen => {
  const looks = kind.look(ask, namespace);
  if (!looks.ok) throw new Error(looks.error);
  return looks.value.map((look) =>
    cluster.filter(({ kind: sort, metadata }) =>
      look.type === 'list'
        ? sortOf[sort] === look.of.resource && metadata.namespace === look.namespace
        : sort === look.target.kind && metadata.name === look.target.name,
    ),
  );
};
