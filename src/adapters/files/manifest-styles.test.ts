import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { ok } from '#domain/result.ts';
import { findingsIn } from '#domain/risk/assess.ts';
import * as risk from '#test/build/risk.ts';
import { anyStyle, writeYaml } from '#test/build/yaml-styles.ts';
import { judgeManifests } from '#use-cases/judge-manifests.ts';
import { objectsOf } from './manifest-objects.ts';

const dangerous: readonly Manifest[] = [
  risk.noted('configuration-snippet', 'return 200;\n  # "quoted" and \'so\'\n\n'),
  risk.ingress({ rules: [risk.host('*.shop.test', risk.path('/')), risk.host('*.b.test', risk.path('/'))] }),
  risk.granting('* get', '*', '*'),
  risk.binding({ name: 'cluster-admin' }, risk.group('system:unauthenticated'), risk.account('default')),
  risk.deployment({ hostNetwork: true, hostPID: true }, { securityContext: { privileged: true } }),
  risk.deployment({ volumes: [{ name: 'a', hostPath: { path: '/' } }] }, { image: 'web:latest' }),
  risk.cronJob({ containers: [{ name: 'y', image: 'no', securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }] }),
  risk.policy({ ingress: [{ from: risk.blocks('0.0.0.0/0') }], policyTypes: ['Ingress'] }),
  risk.service({ type: 'ExternalName', externalName: 'yes' }),
  risk.object('v1', 'Service', { externalIPs: ['10.1.2.3'] }),
  risk.webhook({ failurePolicy: 'Ignore', clientConfig: { url: 'https://a.test' } }),
  risk.gateway({ listeners: [{ name: 'on', allowedRoutes: { namespaces: { from: 'All' } } }] }),
];

test('each of these is dangerous', () => {
  expect(dangerous.filter((after) => findingsIn([{ before: undefined, after }]).length === 0)).toEqual([]);
});

test('an object has the same findings, however it is written', () => {
  fc.assert(
    fc.property(fc.constantFrom(...dangerous), anyStyle, (object, style) => {
      const text = writeYaml(object as Json, style);
      const { objects, problems } = objectsOf({ name: 'a.yaml', text: ok(text) });
      expect(problems, text).toEqual([]);
      expect(
        objects.map(({ manifest }) => manifest),
        text,
      ).toEqual([object]);
      const judged = judgeManifests(objects);
      const found = (judged.ok ? judged.value.findings : []).map(({ rule, says, path }) => ({ rule, says, path }));
      const meant = findingsIn([{ before: undefined, after: object }]).map(({ rule, says, path }) => ({
        rule,
        says,
        path,
      }));
      const sorted = (list: readonly object[]) => list.map((one) => JSON.stringify(one)).sort();
      expect(sorted(found), text).toEqual(sorted(meant));
    }),
    { numRuns: 400 },
  );
});
