import { isOfNamespaces } from '#domain/guard/namespace.ts';
import type { Target } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { apiVersionOf } from '#kinds/kind.ts';
import type { Ask, AskedEdit } from './ask.ts';
import { textAt } from './raw.ts';
import type { Resource, Resources } from './resources.ts';

/** One edit with the sort of its object and the object's name. */
export type Aimed = { readonly edit: AskedEdit; readonly resource: Resource; readonly name: string };

export const sayAimed = ({ resource, name }: Omit<Aimed, 'edit'>): string => `${resource.kind} ${name}`;

/** Finds out which object each edit is about; refuses what is not in the settings, or not for this operation. */
export const aim = (asked: Ask, resources: Resources): Result<readonly Aimed[], string> => {
  const aimed: Aimed[] = [];
  for (const edit of asked.edits) {
    const resource = resourceOf(edit, resources);
    if (!resource.ok) return resource;
    const name = edit.do === 'manifest' ? (textAt(edit.manifest, 'metadata', 'name') ?? '') : edit.name;
    const one = { edit, resource: resource.value, name };
    if (aimed.some((other) => other.resource === one.resource && other.name === name))
      return err(`${sayAimed(one)} is changed twice. Put it into one edit.`);
    if (one.resource.byAuthor === true && edit.do !== 'held')
      return err(
        `${one.resource.title} cannot be changed through Hallpass. Write it yourself: it is held then, if the policy protects it.`,
      );
    const needed = neededFor(edit);
    if (!needed.some((operation) => one.resource.operations.includes(operation)))
      return err(notAllowed(one.resource, needed[0]));
    aimed.push(one);
  }
  return ok(aimed);
};

type Operation = Resource['operations'][number];

/** Any of these: whether a manifest creates or updates shows only in the cluster. */
const neededFor = (edit: AskedEdit): readonly [Operation, ...Operation[]] => {
  switch (edit.do) {
    case 'manifest':
      return ['update', 'create'];
    case 'patch':
    case 'ingress':
      return ['update'];
    case 'delete':
      return ['delete'];
    case 'held':
      return [edit.operation];
  }
};

export const notAllowed = ({ title, operations }: Resource, operation: Operation): string =>
  `${title} cannot be ${operation}d through Hallpass, only ${operations.map((one) => `${one}d`).join(' or ')}.`;

const resourceOf = (edit: AskedEdit, resources: Resources): Result<Resource, string> => {
  const found = lookUp(edit, resources);
  if (found !== undefined) return ok(found);
  const known = resources.all.map((one) => `${one.name} (${apiVersionOf(one)} ${one.kind})`).join(', ');
  return err(`${missing(edit)} cannot be changed through Hallpass. These can: ${known}.`);
};

const lookUp = (edit: AskedEdit, resources: Resources): Resource | undefined => {
  switch (edit.do) {
    case 'manifest':
      return resources.ofKind(textAt(edit.manifest, 'apiVersion') ?? '', textAt(edit.manifest, 'kind') ?? '');
    case 'patch':
    case 'delete':
    case 'held':
      return resources.named(edit.resource);
    case 'ingress':
      return resources.ingresses;
  }
};

const missing = (edit: AskedEdit): string => {
  if (edit.do === 'ingress') return 'Ingresses of networking.k8s.io/v1';
  if (edit.do !== 'manifest') return JSON.stringify(edit.resource);
  return JSON.stringify(
    `${textAt(edit.manifest, 'apiVersion')?.slice(0, 80)} ${textAt(edit.manifest, 'kind')?.slice(0, 80)}`,
  );
};

export const targetOfAimed = ({ resource, name }: Aimed, namespace: string): Target => ({
  apiVersion: apiVersionOf(resource),
  kind: resource.kind,
  ...(isOfNamespaces(resource) ? {} : { namespace }),
  name,
});
