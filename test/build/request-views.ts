import type { RequestView } from '#adapters/http/api-schemas.ts';

/** As the API tells it; changed as said. */
export const requestView = (changed: Partial<RequestView> = {}): RequestView => ({
  id: 'k7m2-qx',
  status: 'pending',
  isOver: false,
  version: 1,
  revision: 1,
  kind: 'access',
  title: 'Edit Ingresses',
  cluster: 'prod',
  namespace: 'shop',
  objects: [],
  reason: 'checkout 502s',
  requester: 'UALICE',
  subject: 'UALICE',
  source: 'api',
  seconds: 1_800,
  submittedAt: '2026-11-20T12:00:00Z',
  respondBy: '2026-11-20T13:00:00Z',
  approval: { rule: 'shop', channel: 'C0', auto: false, quorum: [] },
  votes: [],
  decidedBy: [],
  conflict: false,
  ...changed,
});
