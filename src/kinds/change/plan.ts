import { jsonPatch, mergePatch } from '#domain/content/patch.ts';
import { finalizersOf, isControllers, isNoContent } from '#domain/guard/fingerprint.ts';
import { isOfNamespaces } from '#domain/guard/namespace.ts';
import { canonical, isSameJson, type Json } from '#domain/json.ts';
import { type Edit, type Manifest, type Plan, type Target, targetKey, targetOf } from '#domain/plan.ts';
import { managedBy } from '#domain/request/stamp.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { PlanContext } from '#kinds/kind.ts';
import { type Aimed, notAllowed, sayAimed, targetOfAimed } from './aim.ts';
import type { AskedEdit } from './ask.ts';
import { takenAway, unlooked } from './cautions.ts';
import { editIngress } from './ingress.ts';
import { lastApplied, merged } from './manifest.ts';
import { at, isList, isManifest, isMembers, type Members, without } from './raw.ts';
import { unserved } from './services.ts';

/** What the objects shall be, from what they are now. */
export const planChange = (
  aimed: readonly Aimed[],
  { namespace, seen }: Pick<PlanContext, 'namespace' | 'seen'>,
): Result<Plan, string> => {
  const edits: Edit[] = [];
  const notes: string[] = [];
  const cautions: string[] = [];
  for (const [index, one] of aimed.entries()) {
    // The rule that decides was looked for by the namespace of the request.
    if (isOfNamespaces(one.resource) && one.name !== namespace)
      return err(`${sayAimed(one)} is another namespace than ${namespace}, which the request is for.`);
    const live = seen[index]?.[0];
    const planned = planOne(one, live, targetOfAimed(one, namespace));
    if (!planned.ok) return err(`${sayAimed(one)}: ${planned.error}`);
    const edit: Edit = one.resource.byAuthor === true ? { ...planned.value, byAuthor: true } : planned.value;
    if (edit.op === 'write' && live !== undefined && isSameJson(edit.content, live)) {
      notes.push(`${sayAimed(one)} is already as asked.`);
      continue;
    }
    edits.push(edit);
    cautions.push(...unlooked(one.resource.kind, live, edit.op === 'write' ? edit.content : undefined));
    if (live !== undefined)
      cautions.push(...takenAway(one.resource.kind, live, edit.op === 'write' ? edit.content : undefined));
  }
  return edits.length === 0
    ? err(`Nothing would change: ${notes.join(' ')}`)
    : ok({
        create: [],
        edits,
        notes,
        cautions: [...cautions, ...unserved(aimed, edits, seen, namespace)],
        probes: [],
        proofs: [],
      });
};

const planOne = (one: Aimed, live: Manifest | undefined, target: Target): Result<Edit, string> => {
  if (live === undefined) return create(one, target);
  if (one.edit.do === 'held' && one.edit.operation === 'create')
    return err('it is there by now. Whoever wrote it has to look at what is there, and write anew.');
  if (targetKey(targetOf(live)) !== targetKey(target)) return err('another object was found in its place. Ask again.');
  if (at(live, 'metadata', 'deletionTimestamp') !== undefined)
    return err('it is being deleted. Wait until it is gone, and ask again.');
  if (isOurs(live)) return err('Hallpass made it itself, and ends it by itself. Withdraw or revoke that request.');
  const { edit, resource } = one;
  if (edit.do === 'delete' || (edit.do === 'held' && edit.operation === 'delete')) return ok({ op: 'delete', target });
  if (!resource.operations.includes('update')) return err(`it is there. ${notAllowed(resource, 'update')}`);
  const content = wanted(live, edit, target);
  return content.ok ? checked(live, content.value) : content;
};

const create = ({ edit, resource }: Aimed, target: Target): Result<Edit, string> => {
  const manifest = manifestOf(edit);
  if (manifest === undefined)
    return err(`there is none in ${target.namespace ?? ''}. Check the name and the namespace.`);
  if (!resource.operations.includes('create')) return err(`it is not there. ${notAllowed(resource, 'create')}`);
  const placed = inNamespace(manifest, target);
  if (!placed.ok) return placed;
  for (const key of ['ownerReferences', 'finalizers'])
    if (at(placed.value, 'metadata', key) !== undefined)
      return err(`metadata.${key} cannot be set through Hallpass. Leave it out.`);
  if (!isManifest(placed.value)) return err('the manifest is not one: labels and annotations are texts.');
  if (targetKey(targetOf(placed.value)) !== targetKey(target)) return err('its content is of another object.');
  return isOurs(placed.value) ? err(stamps) : ok({ op: 'write', content: placed.value });
};

/** What shall be made where nothing is. */
const manifestOf = (edit: AskedEdit): Members | undefined => {
  if (edit.do === 'manifest') return edit.manifest;
  return edit.do === 'held' && edit.operation === 'create' ? edit.content : undefined;
};

const inNamespace = (manifest: Members, { namespace }: Target): Result<Members, string> => {
  const own = at(manifest, 'metadata', 'namespace');
  if (own !== undefined && own !== namespace)
    return err(
      `its manifest is for namespace ${JSON.stringify(own).slice(0, 80)}, and the request is for "${namespace ?? ''}". Ask there, or leave metadata.namespace out.`,
    );
  const metadata = at(manifest, 'metadata');
  return ok({
    ...manifest,
    metadata: { ...(typeof metadata === 'object' ? metadata : {}), ...(namespace === undefined ? {} : { namespace }) },
  });
};

const wanted = (live: Manifest, edit: Exclude<AskedEdit, { do: 'delete' }>, target: Target): Result<Json, string> => {
  switch (edit.do) {
    case 'manifest': {
      const placed = inNamespace(edit.manifest, target);
      return placed.ok ? ok(merged(live, placed.value)) : placed;
    }
    case 'patch':
      return isList(edit.patch) ? jsonPatch(live, edit.patch) : ok(mergePatch(live, edit.patch));
    case 'ingress':
      return editIngress(live, edit.edit);
    case 'held':
      if (edit.replicas !== undefined) return ok(scaled(live, edit.replicas));
      return ok(asWritten(live, edit.keepsReplicas === true ? asMany(live, edit.content ?? {}) : (edit.content ?? {})));
  }
};

/** What a write says of an object's metadata itself: what it leaves out it takes away. */
const writable = ['labels', 'annotations', 'finalizers', 'ownerReferences'];

/** Only how many there are is another. */
const scaled = (live: Manifest, replicas: number): Json => ({
  ...live,
  spec: { ...(isMembers(live.spec) ? live.spec : {}), replicas },
});

/** A content with as many as there are. */
const asMany = (live: Manifest, content: Members): Members => {
  const { spec } = content;
  if (!isMembers(spec) || !isMembers(live.spec) || live.spec.replicas === undefined) return content;
  return { ...content, spec: { ...spec, replicas: live.spec.replicas } };
};

/** All of it is as it was written; what the API server keeps about an object stays as it keeps it. */
const asWritten = (live: Manifest, content: Members): Json => {
  const metadata = at(content, 'metadata');
  const kept = Object.entries(live.metadata).filter(([key]) => !writable.includes(key));
  const own = live.metadata.annotations ?? {};
  const beside = Object.entries(own).filter(([key]) => key === lastApplied || isNoContent(key));
  const annotations = {
    ...(isMembers(metadata) && isMembers(metadata.annotations) ? metadata.annotations : {}),
    ...Object.fromEntries(beside),
  };
  return {
    ...content,
    ...(live.status === undefined ? {} : { status: live.status }),
    metadata: {
      ...Object.fromEntries(kept),
      ...(isMembers(metadata) ? without(metadata, 'annotations', 'finalizers') : {}),
      ...finalizersBeside(live, isMembers(metadata) ? metadata.finalizers : undefined),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  };
};

/** Those of controllers stay as they are, and where they are. */
const finalizersBeside = (live: Manifest, written: Json | undefined): { readonly finalizers?: Json } => {
  if (written !== undefined && !isList(written)) return { finalizers: written };
  const there = finalizersOf(live) as readonly Json[];
  const own = written ?? [];
  const others = there.filter((one) => !isControllers(one));
  const all = isSameJson(own, others) ? there : [...own, ...there.filter(isControllers)];
  return all.length === 0 ? {} : { finalizers: all };
};

/**
 * What says which object it is, who owns it, when it goes, and what only its controllers know. No diff shows these, so
 * nothing may change them.
 */
const untouchable: readonly (readonly string[])[] = [
  ['apiVersion'],
  ['kind'],
  ['status'],
  ['metadata', 'annotations', lastApplied],
  ...[
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'generateName',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'selfLink',
    'managedFields',
    'ownerReferences',
    'finalizers',
  ].map((key) => ['metadata', key]),
];

const stamps =
  'labels and annotations of Hallpass’s own (hallpass.dev/…, managed-by: hallpass) cannot be set. Leave them out.';

const checked = (live: Manifest, content: Json): Result<Edit, string> => {
  for (const keys of untouchable)
    if (canonical(at(content, ...keys) ?? null) !== canonical(at(live, ...keys) ?? null))
      return err(`${keys.join('.')} cannot be changed through Hallpass. Leave it out.`);
  if (!isManifest(content))
    return err('labels and annotations are texts, by their keys. Nothing else can stand there.');
  return isOurs(content) ? err(stamps) : ok({ op: 'write', content });
};

const isOurs = ({ metadata: { labels = {}, annotations = {} } }: Manifest): boolean =>
  (Object.hasOwn(labels, managedBy.label) && labels[managedBy.label] === managedBy.value) ||
  [...Object.keys(labels), ...Object.keys(annotations)].some((key) => key.startsWith('hallpass.dev/'));
