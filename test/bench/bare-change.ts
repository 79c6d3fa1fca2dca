import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import { type Answer, type Bare, metadataOf, post, wanted } from './bare.ts';
import { ingress, ingressPath } from './ingresses.ts';

/** One change of an Ingress as the bare client makes it. */
export type BareChange = {
  readonly namespace: string;
  /** The Ingress; what is written down of it has the same name. */
  readonly name: string;
};
export type Changed = BareChange & { readonly before: Live };

const parsed = z.custom<Json>((value) => value !== undefined);
/** As the server has it, not walked through: all of it is sent back. */
const live = z
  .object({
    metadata: z.object({ resourceVersion: z.string(), managedFields: parsed }).catchall(parsed),
    spec: parsed,
  })
  .catchall(parsed);
type Live = z.infer<typeof live>;
export const liveIn = ({ text }: Answer): Live => live.parse(JSON.parse(text));

export const asBare = 'fieldManager=bare&fieldValidation=Strict';
const pathOf = ({ namespace, name }: BareChange): string => ingressPath({ namespace, object: name });
/** A path more, as people ask for it. */
const withBeta = (change: BareChange, before: Live) => ({
  ...before,
  spec: ingress({ namespace: change.namespace, object: change.name }, '/', '/beta').spec,
});

/** GET namespace, GET Ingress, PUT as a dry run. */
export const tryBare = async (bare: Bare, change: BareChange): Promise<Live> => {
  wanted(await bare.send('GET', `/api/v1/namespaces/${change.namespace}`), 200, 'get namespace');
  const before = liveIn(wanted(await bare.send('GET', pathOf(change)), 200, 'get'));
  liveIn(
    wanted(await bare.send('PUT', `${pathOf(change)}?${asBare}&dryRun=All`, withBeta(change, before)), 200, 'try'),
  );
  return before;
};

/** As long as a journal of such a change is when it is compressed and encrypted. */
const journal = 'x'.repeat(700);
const beside = '/api/v1/namespaces/hallpass-markers';

/** The same, then POST marker, POST Secret, PUT at the version that was read. */
export const changeBare = async (bare: Bare, change: BareChange): Promise<Changed> => {
  const before = await tryBare(bare, change);
  const metadata = metadataOf(`bare-${change.name}`, 'hallpass-markers');
  await post(bare, `${beside}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  const data = { journal: btoa(journal) };
  await post(bare, `${beside}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    type: 'bench.test/journal',
    data,
  });
  liveIn(wanted(await bare.send('PUT', `${pathOf(change)}?${asBare}`, withBeta(change, before)), 200, 'put'));
  return { ...change, before };
};

/** Makes an Ingress and changes it. */
export const makeBareChange = async (bare: Bare, change: BareChange): Promise<Changed> => {
  const made = ingress({ namespace: change.namespace, object: change.name }, '/');
  await post(bare, `/apis/networking.k8s.io/v1/namespaces/${change.namespace}/ingresses`, made);
  return changeBare(bare, change);
};

/** GET, PUT as it was, PATCH of who owns the fields. */
export const takeBackBare = async (bare: Bare, { before, ...change }: Changed): Promise<void> => {
  const path = pathOf(change);
  const now = liveIn(wanted(await bare.send('GET', path), 200, 'get'));
  const back = { ...now, spec: before.spec };
  const { metadata } = liveIn(wanted(await bare.send('PUT', `${path}?${asBare}`, back), 200, 'put'));
  const patch = [
    { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    { op: 'add', path: '/metadata/managedFields', value: before.metadata.managedFields },
  ];
  wanted(await bare.send('PATCH', `${path}?fieldManager=bare`, patch), 200, 'patch');
};
