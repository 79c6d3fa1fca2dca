import { granting, made, ruleTest } from '#test/build/risk.ts';
import { rbacCsr } from './csr.ts';

ruleTest(rbacCsr, {
  hits: made(
    granting('update', 'certificatesigningrequests/approval', 'certificates.k8s.io'),
    granting('approve', 'signers', 'certificates.k8s.io', { resourceNames: ['kubernetes.io/kube-apiserver-client'] }),
    granting('sign', '*', '*'),
  ),
  misses: made(
    granting('create get', 'certificatesigningrequests', 'certificates.k8s.io'),
    granting('approve', 'certificaterequests', 'cert-manager.io'),
    granting('approve', 'signers', 'cert-manager.io'),
  ),
});
