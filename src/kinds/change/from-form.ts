import type { Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { onlyEdit, several } from './fields.ts';
import { readManifests, readPatch } from './manifest-text.ts';
import type { Resources } from './resources.ts';

type Values = Readonly<Record<string, readonly string[]>>;

/** Reads a form's values as an ask, which is judged as any other is. */
export const askFromForm = (values: Values, { named }: Resources): Result<Json, string> => {
  const raw = (name: string): string => (Object.hasOwn(values, name) ? values[name]?.[0] : undefined) ?? '';
  const value = (name: string): string => raw(name).trim();
  const profile = value('profile');
  const resource = named(profile);
  // Manifests say themselves what they are of.
  const isOfManifests = value('edit') === 'manifest' && profile === '';
  if (resource === undefined && profile !== several && !isOfManifests) return err('Choose what to change.');
  const edit = value('edit') || onlyEdit(resource);
  if (edit === undefined) return err('Choose how to change it.');
  if (edit === 'manifest') {
    const manifests = readManifests(raw('manifest'));
    if (!manifests.ok) return manifests;
    return ok({ edits: manifests.value.map((manifest) => ({ do: 'manifest', manifest })) });
  }
  const name = value('object');
  if (name === '') return err('Choose which object to change.');
  if (edit === 'delete') return ok({ edits: [{ do: 'delete', resource: profile, name }] });
  if (edit === 'patch') {
    const patch = readPatch(raw('patch'));
    return patch.ok ? ok({ edits: [{ do: 'patch', resource: profile, name, patch: patch.value }] }) : patch;
  }
  const inner = ingressEdit(edit, value, raw('value'));
  return inner === undefined ? err('Choose how to change it.') : ok({ edits: [{ do: 'ingress', name, edit: inner }] });
};

const ingressEdit = (edit: string, value: (name: string) => string, annotation: string): Json | undefined => {
  const host = value('host').toLowerCase();
  const path = value('path');
  const pathType = value('pathType') === '' ? {} : { pathType: value('pathType') };
  const backend = { service: value('service'), port: portOf(value('port')) };
  switch (edit) {
    case 'add-path':
    case 'switch-backend':
      return { type: edit, host, path, ...pathType, ...backend };
    case 'remove-path':
      return { type: edit, host, path, ...pathType };
    case 'remove-host':
    case 'no-tls':
      return { type: edit, host };
    case 'annotate':
      return { type: edit, key: value('key'), value: annotation };
    case 'remove-annotation':
      return { type: 'annotate', key: value('key'), value: null };
    case 'tls':
      return { type: edit, hosts: namesIn(host), secretName: value('secret') };
  }
  return undefined;
};

/** A port by its number, or by its name in the Service. */
export const portOf = (text: string): number | string => (/^[0-9]{1,6}$/.test(text) ? Number(text) : text);

export const namesIn = (text: string): readonly string[] => [
  ...new Set(text.split(/[\s,]+/).filter((name) => name !== '')),
];
