import type { Json } from '#domain/json.ts';
import { home, labels } from './manifests-names.ts';
import { yamlFile } from './yaml-text.ts';

type Fields = { readonly [field: string]: Json };

/** A folder that is built by itself. */
export const kustomization = (about: string, fields: Fields): string =>
  yamlFile(about, [{ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields }]);

/** A folder that an overlay adds under `components`, and that may change what is there already. */
export const component = (about: string, fields: Fields): string =>
  yamlFile(about, [{ apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component', ...fields }]);

const literals = (values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values).map(([name, value]) => `${name}=${value}`);

/** Settings of processes; kustomize names the ConfigMap by its content too, so that pods follow a change. */
export const settingsMap = (name: string, values: Readonly<Record<string, string>>) => ({
  name,
  namespace: home,
  options: { labels: labels('config') },
  literals: literals(values),
});

/** What of such settings is otherwise, or comes to them. */
export const mergedSettings = (name: string, values: Readonly<Record<string, string>>) => ({
  name,
  namespace: home,
  behavior: 'merge',
  literals: literals(values),
});
