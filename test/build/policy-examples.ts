import { podManifest, podOf } from './network.ts';

/** One example: policies in YAML, and which packets they let through and which not. */
export type Example = {
  readonly title: string;
  readonly policies: string;
  readonly passes: readonly string[];
  readonly blocked: readonly string[];
};

const pod = (path: string, labels: Readonly<Record<string, string>>, ip: string, ports: Record<string, number> = {}) =>
  podOf(podManifest(path, { labels, ip, ports }));

/** Who speaks and is spoken to in all examples. */
export const examplePods = [
  pod('default/web', { app: 'web' }, '10.0.0.1', { http: 80 }),
  pod('default/client', { run: 'client' }, '10.0.0.2'),
  pod('default/foo', { app: 'foo' }, '10.0.0.3'),
  pod('default/api', { app: 'bookstore', role: 'api' }, '10.0.0.4'),
  pod('default/search', { app: 'bookstore', role: 'search' }, '10.0.0.5'),
  pod('default/books', { app: 'bookstore', role: 'db' }, '10.0.0.6'),
  pod('default/inventory', { app: 'inventory', role: 'web' }, '10.0.0.7'),
  pod('default/apiserver', { app: 'apiserver' }, '10.0.0.8'),
  pod('default/prober', { role: 'monitoring' }, '10.0.0.9'),
  pod('default/db', { role: 'db' }, '10.0.0.10'),
  pod('default/frontend', { role: 'frontend' }, '10.0.0.11'),
  pod('prod/shopper', { app: 'shop' }, '10.1.0.1'),
  pod('dev/tester', { app: 'shop' }, '10.2.0.1'),
  pod('operations/monitor', { type: 'monitoring' }, '10.3.0.1'),
  pod('operations/runner', { type: 'batch' }, '10.3.0.2'),
  pod('myproject/job', { role: 'client' }, '10.4.0.1'),
  pod('kube-system/dns', { 'k8s-app': 'kube-dns' }, '10.5.0.1'),
];

const labelled = (name: string, labels: Readonly<Record<string, string>> = {}) =>
  [name, { 'kubernetes.io/metadata.name': name, ...labels }] as const;

export const exampleNamespaces = new Map<string, Readonly<Record<string, string>>>([
  labelled('default'),
  labelled('prod', { purpose: 'production' }),
  labelled('dev', { purpose: 'testing' }),
  labelled('operations', { team: 'operations' }),
  labelled('myproject', { project: 'myproject', user: 'alice' }),
  labelled('kube-system'),
]);
