import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, isExecutable, onPath } from './files.ts';
import { debianKubernetes } from './kubernetes-source.ts';
import { officialKubernetes } from './official.ts';

export const partNames = [
  'redis-server',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kubectl',
  'kustomize',
  'chromium',
  'promtool',
] as const;

export type PartName = (typeof partNames)[number];

/** Where parts are looked for, all derived from the environment. */
export type Places = {
  env: NodeJS.ProcessEnv;
  cache: string;
  /** KUBEBUILDER_ASSETS: a folder with Kubernetes programs that goes before everything else. */
  assets: string | undefined;
  /** The official programs, complete or absent. */
  official: string;
  /** One folder per part that comes from Debian. */
  debian: (part: PartName) => string;
};

export const placesOf = (env: NodeJS.ProcessEnv = process.env): Places => {
  const cache = cacheFolder(env);
  return {
    env,
    cache,
    assets: env.KUBEBUILDER_ASSETS || undefined,
    official: join(cache, `kubernetes-official-${officialKubernetes}`),
    debian: (part) => join(cache, part.startsWith('kube-') ? `${part}-debian-${debianKubernetes}` : `${part}-debian`),
  };
};

const executable = (...path: string[]): string | undefined => {
  const file = join(...path);
  return isExecutable(file) ? file : undefined;
};

/** The assets' own kube-controller-manager, or the one fetched or built to go with them. */
const findKubernetes = (part: PartName, places: Places): string | undefined => {
  const { assets, official } = places;
  if (assets !== undefined) return executable(assets, part);
  if (existsSync(official)) return executable(official, 'bin', part);
  return executable(places.debian(part), 'bin', part);
};

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where a part is, or undefined when it must be fetched or built first. Looks at files only. */
export const findPart = (part: PartName, places: Places): string | undefined => {
  switch (part) {
    case 'redis-server':
      return onPath(['redis-server', 'valkey-server'], places.env) ?? executable(places.debian(part), 'bin', part);
    case 'kustomize':
    case 'promtool':
      return onPath([part], places.env) ?? executable(places.debian(part), 'bin', part);
    case 'chromium':
      return onPath(browsers, places.env) ?? executable(places.debian(part), 'bin', part);
    case 'kubectl':
      return findKubernetes(part, places) ?? onPath([part], places.env) ?? executable(places.debian(part), 'bin', part);
    case 'etcd':
    case 'kube-apiserver':
    case 'kube-controller-manager':
      return findKubernetes(part, places);
  }
};
