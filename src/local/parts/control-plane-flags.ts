import { join } from 'node:path';

export type ControlPlaneFiles = ReturnType<typeof filesIn>;

/** Where a control plane keeps what it needs, all below one folder. */
export const filesIn = (dir: string) => ({
  etcdData: join(dir, 'etcd'),
  certificates: join(dir, 'certificates'),
  /** Made by the API server: its certificate with the authority that signed it, also good for a webhook on 127.0.0.1. */
  certificate: join(dir, 'certificates/apiserver.crt'),
  certificateKey: join(dir, 'certificates/apiserver.key'),
  serviceAccountKey: join(dir, 'service-account.key'),
  serviceAccountPublicKey: join(dir, 'service-account.pub'),
  tokens: join(dir, 'tokens.csv'),
  adminToken: join(dir, 'admin-token'),
  ports: join(dir, 'ports.json'),
  adminKubeconfig: join(dir, 'admin.kubeconfig'),
  log: (name: string) => join(dir, `${name}.log`),
});

export type Ports = { etcd: number; apiServer: number };

export const etcdFlags = (files: ControlPlaneFiles, ports: Ports): string[] => [
  `--data-dir=${files.etcdData}`,
  `--listen-client-urls=http://127.0.0.1:${ports.etcd}`,
  `--advertise-client-urls=http://127.0.0.1:${ports.etcd}`,
  // One member talks to nobody, so any port will do.
  '--listen-peer-urls=http://127.0.0.1:0',
  '--log-level=warn',
];

/** Only flags that every version from 1.20 on knows. Anonymous requests stay allowed, as on most clusters. */
export const apiServerFlags = (files: ControlPlaneFiles, ports: Ports, hasControllers: boolean): string[] => [
  `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
  '--bind-address=127.0.0.1',
  '--advertise-address=127.0.0.1',
  `--secure-port=${ports.apiServer}`,
  `--cert-dir=${files.certificates}`,
  `--token-auth-file=${files.tokens}`,
  '--authorization-mode=RBAC',
  '--service-cluster-ip-range=10.96.0.0/16',
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${files.serviceAccountPublicKey}`,
  `--service-account-signing-key-file=${files.serviceAccountKey}`,
  '--allow-privileged=true',
  // Otherwise it would write the loopback address into the endpoints of its own service, which is refused, over and over.
  '--endpoint-reconciler-type=none',
  // Pods need a default ServiceAccount, which only a controller creates.
  ...(hasControllers ? [] : ['--disable-admission-plugins=ServiceAccount']),
];

export const controllerManagerFlags = (files: ControlPlaneFiles, minor: number): string[] => [
  `--kubeconfig=${files.adminKubeconfig}`,
  `--service-account-private-key-file=${files.serviceAccountKey}`,
  `--root-ca-file=${files.certificate}`,
  '--use-service-account-credentials=true',
  '--leader-elect=false',
  '--bind-address=127.0.0.1',
  '--secure-port=0',
  // Until 1.23 it serves a second port without TLS unless told not to; later versions do not know the flag.
  ...(minor < 24 ? ['--port=0'] : []),
  // Nodes are stand-ins here: nothing should be evicted from one because a heartbeat was late.
  '--controllers=*,-nodelifecycle',
  '--kube-api-qps=200',
  '--kube-api-burst=400',
];
