/** An Ingress as the API server sends it. */
export const shop = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'shop', namespace: 'shop-front', uid: 'b2c0', labels: { team: 'shop' } },
  spec: { rules: [{ host: 'shop.acme.test' }] },
};

/** What the API server posts when alice updates it, but for what is changed of the request. */
export const posted = (changed: Readonly<Record<string, unknown>> = {}) => ({
  kind: 'AdmissionReview',
  apiVersion: 'admission.k8s.io/v1',
  request: {
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
    kind: { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress' },
    resource: { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' },
    requestKind: { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress' },
    name: 'shop',
    namespace: 'shop-front',
    operation: 'UPDATE',
    userInfo: { username: 'alice', uid: 'u1', groups: ['dev', 'system:authenticated'], extra: { scope: ['a'] } },
    object: shop,
    oldObject: shop,
    dryRun: false,
    options: { kind: 'UpdateOptions', apiVersion: 'meta.k8s.io/v1' },
    ...changed,
  },
});

export const postedText = (changed?: Readonly<Record<string, unknown>>): string => JSON.stringify(posted(changed));
