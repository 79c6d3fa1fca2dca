import type { Content } from '#domain/content/content.ts';
import { protectionOf } from '#domain/guard/protection.ts';
import type { Manifest, Target } from '#domain/plan.ts';
import { isNamespace } from '#domain/risk/cluster/namespace.ts';
import { cut, oneLine } from '#domain/text.ts';
import { heldSorts, type Sort } from '#kinds/kind.ts';
import { workSorts } from '#kinds/what-goes.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';
import { permitted } from './surroundings.ts';

/** Whether a change takes a namespace away. */
export const takesNamespace = ({ op, target }: { readonly op: string; readonly target: Target }): boolean =>
  op === 'delete' && isNamespace(target);

/**
 * What is shown of a change, and where it takes a namespace away, what would go with that, in the cluster as it was at most so many
 * milliseconds ago: protected objects by their names, others by how many there are. What may not be listed is said to be not counted.
 */
export const withWhatGoes = async (
  { settings }: Pick<WorkerPorts, 'settings'>,
  cluster: ClusterWriter,
  content: Content,
  atMostOld: number,
): Promise<Content> => {
  const gone = content.changes.find(takesNamespace);
  if (gone === undefined) return content;
  const namespace = gone.target.name;
  const { policy, kinds } = settings();
  const guarded = heldSorts(kinds).filter(
    ({ namespaced, profile }) =>
      namespaced && protectionOf(policy.protect, { cluster: cluster.name, namespace, profile }) !== undefined,
  );
  const others = workSorts.filter((sort) => !guarded.some((one) => isSame(one, sort)));
  const count = (of: Sort) => permitted(cluster, of, namespace, nameOf, atMostOld);
  const all = await Promise.all([...guarded, ...others].map(async (of) => ({ of, names: await count(of) })));
  const counted = all.flatMap(({ of, names }) => (names === 'forbidden' || names.length === 0 ? [] : [{ of, names }]));
  const isGuarded = ({ of }: { readonly of: Sort }): boolean => guarded.some((one) => one === of);
  const guardedThere = counted.filter(isGuarded);
  return {
    ...content,
    cautions: [...content.cautions, ...(guardedThere.length === 0 ? [] : [sayGuarded(guardedThere)])],
    notes: [
      ...content.notes,
      ...sayOthers(counted.filter((one) => !isGuarded(one))),
      ...sayUncounted(all.flatMap(({ of, names }) => (names === 'forbidden' ? [of.resource] : []))),
    ],
    // Whoever agrees to it agrees to these: another one makes it another revision.
    openings: [
      ...content.openings,
      ...guardedThere.flatMap(({ of, names }) => names.map((name) => `${of.kind} ${namespace}/${name}`)),
    ],
  };
};

const isSame = (one: Sort, other: Sort): boolean => one.group === other.group && one.resource === other.resource;
const nameOf = ({ metadata }: Manifest): string => oneLine(metadata.name);

type Counted = { readonly of: Sort; readonly names: readonly string[] };

const mostNames = 5;

const sayGuarded = (all: readonly Counted[]): string => {
  const said = all.map(({ of, names }) => {
    const named = names
      .toSorted()
      .slice(0, mostNames)
      .map((name) => cut(name, 60));
    const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
    return `${names.length} × ${of.kind} (${named.join(', ')}${more})`;
  });
  return `Protected objects go with it: ${said.join(', ')}.`;
};

const sayOthers = (all: readonly Counted[]): readonly string[] =>
  all.length === 0 ? [] : [`With it go ${all.map(({ of, names }) => `${names.length} × ${of.kind}`).join(', ')}.`];

const sayUncounted = (resources: readonly string[]): readonly string[] =>
  resources.length === 0 ? [] : [`Not counted, for the worker may not list them: ${resources.join(', ')}.`];
