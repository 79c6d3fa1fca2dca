import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf, practiceDocument } from './rbac.ts';

const group = 'certificates.k8s.io';

/** Approving wants both of these rights, signing too; each is there only for this. */
export const rbacCsr: Rule = {
  name: 'rbac-csr',
  severity: 'critical',
  sources: [practiceDocument('csrs-and-certificate-issuing')],
  inside: (object) =>
    dangersOf(
      object,
      'the right to have certificates issued under any name, also of administrators',
      {
        group,
        resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status'],
        verbs: ['update', 'patch'],
      },
      { group, resources: ['signers'], verbs: ['approve', 'sign'] },
    ),
};
