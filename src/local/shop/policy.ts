import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { renderSchemas } from '#adapters/files/policy-schemas.ts';
import { kindModules } from '#kinds/index.ts';
import { callerLines } from './callers.ts';
import { shopPeople } from './people.ts';

const rules = `# yaml-language-server: $schema=./schemas/rules.json
# Who may ask for what, and who decides. The first rule that fits, from the top, counts.
adminChannel: C0AUDIT
# While Slack does not answer, people decide on the command line by who was in which group when it did.
slackAway: { lastKnownFor: 4h }
# Where checkpoints of all logs are posted: what "hallpass audit verify" compares them with.
auditChannel: C0CHECKS

groups:
  engineers: [U0ALICE, U0BOB, U0CAROL]
  platform: S0PLATFORM
  security: S0SECURITY
  oncall: [U0ALICE]

rules:
  # What reaches further than the namespace asked for is named here; patterns do not speak of it.
  - name: controller
    match: { namespaces: [ingress-nginx], kinds: [access], profiles: [ingress-controller-update] }
    ask: [engineers]
    approve:
      - { from: platform, count: 1 }
      - { from: security, count: 1 }
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m

  # Secrets are asked for of the vault: this says so, and nobody has to answer.
  - name: payments-secrets
    match: { namespaces: [shop-payments], kinds: [access], profiles: [secret-read] }
    ask: [engineers]
    refuse: secrets of payments come from the vault; ask the payments team there

  - name: payments
    match: { namespaces: [shop-payments], kinds: [access, change, open, debug, scale], profiles: ['*', ingress-debug, other-pods-to-pods] }
    ask: [engineers]
    approve:
      - { from: platform, count: 1 }
      - { from: security, count: 1 }
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m
    # Those whose turn it is are told again while it waits, and after ten minutes one of them may stand in for the other.
    remindEvery: 5m
    escalate: { after: 10m, to: [platform, security] }
    # At night nobody may be there to decide: who is on call takes it at once, and somebody reviews that.
    breakGlass: { who: [oncall], longest: 15m, remindEvery: 5m }

  # Pods are deleted, and workloads restarted and rolled back, for good; nothing else of payments is changed so.
  - name: payments-pods
    match: { namespaces: [shop-payments], kinds: [delete-pod, restart, rollback] }
    ask: [engineers]
    approve:
      - { from: platform, count: 1 }
      - { from: security, count: 1 }
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m
    permanent: true

  # In development nobody waits: it works at once, and the platform team may revoke it. What is critical,
  # or takes another namespace's traffic, is decided by the rules below, as everywhere.
  - name: dev
    match:
      namespaces: [shop-dev]
      kinds: [access, change, open, scale]
      profiles: ['*', ingress-debug]
      if: risk.level != "critical" && size(radius.elsewhere) == 0
    ask: [engineers]
    auto: true
    approve:
      - { from: platform, count: 1 }
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 1h

  # Whoever lets the world in, or takes another team's traffic, needs security too.
  - name: far
    match:
      namespaces: ['shop-*']
      kinds: [change, open]
      profiles: ['*', other-pods-to-pods]
      if: radius.fromEverywhere || radius.notIsolated > 0 || size(radius.elsewhere) > 0
    ask: [engineers]
    approve:
      - { from: platform, count: 1 }
      - { from: security, count: 1 }
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m
    permanent: true

  - name: shop
    match:
      namespaces: ['shop-*']
      kinds: [access, change, open, delete-pod, debug, restart, scale, rollback]
      profiles: ['*', ingress-debug, other-pods-to-pods]
    ask: [engineers]
    approve:
      - { from: platform, count: 1 }
    channel: C0APPROVALS
    duration: { default: 30m, longest: 4h }
    respondWithin: 1h
    # Changes may also be asked for for good.
    permanent: true
`;

const protect = `
# Direct writes to these are held until somebody agrees, whoever has the right to make them: kubectl, pipelines, controllers.
# Once approved the same write goes through; or Hallpass makes it, when its author says in Slack that it is theirs.
protect:
  - name: routes
    namespaces: [shop-front]
    resources: [ingresses]
    ignoreAnnotations: [acme.test/commit]
    complete: [retry, confirm]
    retryWithin: 30m
    writers:
      - user: system:serviceaccount:flux-system:kustomize-controller
        name: Flux
        responsible: U0CAROL
        selfHeals: true
`;

const shipped = (name: string): string => fileURLToPath(new URL(`../../../manifests/policy/${name}`, import.meta.url));

/** Writes the demo's policy folder, with what is protected where there is a guard, with whom people are at an issuer, with schemas for whoever edits it; a file that is there already stays as somebody has changed it. */
export const writeShopPolicy = async (folder: string, isGuarded = false, issuer?: string): Promise<string> => {
  await mkdir(folder, { recursive: true });
  const people = shopPeople.map(({ slack, user, groups }) => ({
    slack,
    kubernetes: { user, groups: [...groups] },
    ...(issuer === undefined ? {} : { oidc: { issuer, subject: user, mayDecide: true } }),
  }));
  const keep = { flag: 'wx' } as const;
  const unlessThere = (cause: NodeJS.ErrnoException): void => {
    if (cause.code !== 'EEXIST') throw cause;
  };
  await writeFile(join(folder, 'rules.yaml'), isGuarded ? `${rules}${protect}` : rules, keep).catch(unlessThere);
  await writeFile(
    join(folder, 'identities.yaml'),
    `# yaml-language-server: $schema=./schemas/identities.json\n${stringify({ people, callers: callerLines('shop') })}`,
    keep,
  ).catch(unlessThere);
  for (const { settingsFile } of kindModules)
    await copyFile(shipped(settingsFile), join(folder, settingsFile), 1).catch(unlessThere);
  await mkdir(join(folder, 'schemas'), { recursive: true });
  for (const [name, text] of renderSchemas()) await writeFile(join(folder, 'schemas', name), text);
  return folder;
};
