/** A policy folder that is right, file by file. */
export const policyFiles = {
  'rules.yaml': `adminChannel: C02ADMINS
groups:
  developers: S02ABCDEF
  platform: [U02BOB, U02CAROL]
rules:
  - name: shop
    ask: [developers]
    approve:
      - from: platform
    channel: C02APPROVE
    duration:
      default: 30m
      longest: 2h
    respondWithin: 1h
  - name: bank
    match:
      namespaces: ['bank-*']
    ask: [developers]
    approve: [{ from: platform, count: 2 }]
    channel: C02APPROVE
    duration: { default: 15m, longest: 30m }
    respondWithin: 30m
`,
  'identities.yaml': `people:
  - slack: U02ALICE
    kubernetes:
      user: alice@example.com
      groups: [dev]
  - slack: U02BOB
    kubernetes:
      user: bob@example.com
`,
  'profiles.yaml': `profiles:
  - name: ingress-view
    title: View Ingresses
    bindings:
      - in: requested
        rules:
          - apiGroups: [networking.k8s.io]
            resources: [ingresses]
            verbs: [get, list]
`,
  'changes.yaml': `resources:
  - name: ingresses
    title: Ingresses
    group: networking.k8s.io
    version: v1
    resource: ingresses
    kind: Ingress
    operations: [create, update, delete]
`,
  'open.yaml': `openings:
  - name: pods-to-pods
    title: Let pods reach others
    from: same-namespace
`,
};

/** A text with one part of it replaced. */
export const edited = (text: string, part: string, by: string): string => {
  if (!text.includes(part)) throw new Error(`There is no "${part}"`);
  return text.replace(part, by);
};
