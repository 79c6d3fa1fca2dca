import { createCredentials } from '#adapters/kubernetes/credentials.ts';
import { type Footprint, footprintOf, removeAll } from '#adapters/kubernetes/footprint.ts';
import { say } from '#adapters/kubernetes/objects.ts';
import { createRawClient, type RawClient } from '#adapters/kubernetes/raw-client.ts';
import { requestLabel } from '#domain/request/stamp.ts';
import { few } from '#domain/text.ts';
import { kindModules } from '#kinds/index.ts';
import { markersBeside } from '#use-cases/home.ts';
import type { Managed } from '#use-cases/ports.ts';
import { type Answer, done, failed, misspelt } from './answer.ts';
import { sayCause } from './checks.ts';
import { readFlags } from './flags.ts';

const known = { kubeconfig: 'value', namespace: 'value', yes: 'switch', 'leave-changes': 'switch' } as const;

/** Requests that are named in one line. */
const most = 20;

/**
 * Takes Hallpass out of a cluster with an administrator's kubeconfig: what it has made, the guard's webhook, its roles, its namespaces.
 * Only says what that is unless told to do it. Changes that are in force for a time go back only by a worker, and so are in the way.
 * Idempotent: what was cut off is gone on with.
 */
export const uninstall = async (words: readonly string[]): Promise<Answer> => {
  const flags = readFlags(words, known);
  if (!flags.ok) return misspelt([flags.error]);
  const { kubeconfig, namespace: home = 'hallpass', yes, 'leave-changes': leavesChanges } = flags.value;
  if (kubeconfig === undefined)
    return misspelt(['Name the kubeconfig of an administrator of the cluster: --kubeconfig <path>[#context].']);
  const [path = '', ...context] = kubeconfig.split('#');
  const source = { type: 'kubeconfig', path, ...(context.length === 0 ? {} : { context: context.join('#') }) } as const;
  const client = createRawClient('cluster', createCredentials({ name: 'cluster', source }));
  try {
    return await takeOut(client, home, { isMeant: yes === true, leavesChanges: leavesChanges === true });
  } catch (cause) {
    return failed([`It cannot be gone on: ${sayCause(cause)} What is gone is gone; say it again once that is mended.`]);
  } finally {
    await client.close();
  }
};

type How = { readonly isMeant: boolean; readonly leavesChanges: boolean };

const look = (client: RawClient, home: string): Promise<Footprint> =>
  footprintOf(
    client,
    kindModules.flatMap(({ makes }) => makes),
    [home, markersBeside(home)],
  );

const takeOut = async (client: RawClient, home: string, { isMeant, leavesChanges }: How): Promise<Answer> => {
  const found = await look(client, home);
  const others = found.others.filter(({ live }) => !isGoing(live));
  if (others.length > 0) return failed([sayOthers(others, home)]);
  const all = [...found.installed, ...found.made, ...found.namespaces];
  if (all.length + found.journals.length === 0) return done(['Nothing of Hallpass is in this cluster.']);
  const inTheWay = leavesChanges ? [] : sayChanges(found.journals);
  if (!isMeant)
    return {
      status: inTheWay.length === 0 ? 0 : 1,
      out: [
        ...sayAll(found, leavesChanges),
        'With the namespaces goes all that is in them, your Secrets, and Redis where it is there: "hallpass log export" keeps the log.',
        'Nothing was deleted. Say --yes to do it.',
      ],
      errors: inTheWay,
    };
  if (inTheWay.length > 0) return failed(inTheWay);
  const stuck: Awaited<ReturnType<typeof removeAll>>[number][] = [];
  for (const phase of phasesOf(found)) stuck.push(...(await removeAll(client, phase)));
  // Until its rights were gone a worker may have begun something.
  const since = await look(client, home);
  const begun = leavesChanges ? [] : sayChanges(since.journals);
  if (begun.length === 0) stuck.push(...(await removeAll(client, since.namespaces)));
  const left = await look(client, home);
  const going = left.namespaces.filter(({ live }) => isGoing(live));
  const isInGoing = ({ ref }: Managed): boolean => going.some((one) => one.ref.name === ref.namespace);
  const leftOver = [...left.installed, ...left.made, ...left.namespaces].filter(
    (one) => !going.includes(one) && !isInGoing(one) && !stuck.some(({ ref }) => ref.uid === one.ref.uid),
  );
  const gone = all.filter((one) => ![...stuck, ...leftOver].some(({ ref }) => ref.uid === one.ref.uid));
  const out = [`Deleted: ${countOf(gone)}.`, ...going.map(sayGoing)];
  const errors = [
    ...begun,
    ...stuck.map(({ ref, why }) => `${say(ref)} could not be deleted: ${why}`),
    ...leftOver.map(({ ref }) => `${say(ref)} is there still, or again. Look who made it, and say it again.`),
  ];
  return errors.length > 0
    ? { status: 1, out, errors }
    : done([...out, 'Nothing of Hallpass is left in this cluster.']);
};

const sayOthers = (others: readonly Managed[], home: string): string =>
  `${others.map(({ ref }) => `Namespace "${ref.name}"`).join(', ')} bears the label of Hallpass, and is not of "${home}". If Hallpass lives there, say --namespace <where it lives>; if not, take the label app.kubernetes.io/name=hallpass away first. Nothing was deleted.`;

/** Why changes are in the way; nothing where there are none. */
const sayChanges = (journals: readonly Managed[]): readonly string[] => {
  const changes = requestsOf(journals);
  return changes.length === 0
    ? []
    : [
        `${changes.length} changes are in force for a time, or wait for somebody to settle them: ${few(changes, most)}. Only a worker takes them back. End them first (/jit done, /jit revoke), or say --leave-changes: then they stay for good.`,
      ];
};

/**
 * In which order it goes. What lets Hallpass write in the whole cluster is first: a worker puts the webhook configuration back as long as it
 * may. Then that one, for it refuses writes of which nobody is left to say yes. Access ends before the roles that it is made of.
 */
const phasesOf = ({ installed, made }: Footprint): readonly (readonly Managed[])[] => {
  const first = ['ClusterRoleBinding', 'ValidatingWebhookConfiguration', 'RoleBinding', 'Deployment'];
  const isBinding = ({ ref }: Managed): boolean => ref.kind === 'ClusterRoleBinding' || ref.kind === 'RoleBinding';
  return [
    ...first.map((kind) => installed.filter(({ ref }) => ref.kind === kind)),
    made.filter(isBinding),
    made.filter((one) => !isBinding(one)),
    installed.filter(({ ref }) => !first.includes(ref.kind)),
  ];
};

const isGoing = (live: Managed['live']): boolean =>
  (live.metadata as { readonly deletionTimestamp?: string }).deletionTimestamp !== undefined;
const sayGoing = ({ ref }: Managed): string => `Namespace "${ref.name}" is going, with all that is in it.`;

const requestsOf = (found: readonly Managed[]): readonly string[] => [
  ...new Set(found.map(({ live, ref }) => live.metadata.labels?.[requestLabel] ?? ref.name)),
];

const sayAll = ({ installed, made, journals, namespaces }: Footprint, leavesChanges: boolean): readonly string[] => [
  ...installed.map(({ ref }) => `- ${say(ref)}`),
  ...made.map(({ ref, live }) => `- ${say(ref)}, of request ${live.metadata.labels?.[requestLabel] ?? 'unknown'}`),
  ...(leavesChanges
    ? requestsOf(journals).map((id) => `- how things were before request ${id}: its change stays`)
    : []),
  ...namespaces.map(({ ref }) => `- Namespace "${ref.name}" and all that is in it`),
];

const countOf = (found: readonly Managed[]): string =>
  [...Map.groupBy(found, ({ ref }) => ref.kind)].map(([kind, of]) => `${of.length} ${kind}`).join(', ');
