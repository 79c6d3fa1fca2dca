import { deployment, image, ruleTest } from '#test/build/risk.ts';
import { workloadRegistry } from './registry.ts';

ruleTest(workloadRegistry, {
  hits: [
    [image('registry.acme.test/web:1'), image('evil.test/web:1')],
    [image('registry.acme.test/web:1'), image('web:1')],
    [image('registry.acme.test/web:1'), image('registry.acme.test:5000/web:1')],
    [image('team/web:1'), image('localhost/web:1')],
    [deployment({}), deployment({ initContainers: [{ name: 'new', image: 'evil.test/x' }] })],
  ],
  misses: [
    [image('registry.acme.test/web:1'), image('Registry.acme.test/web@sha256:0')],
    [image('web:1'), image('docker.io/library/web:2')],
    [image('team/web'), image('web:2')],
    [deployment({}), deployment({ initContainers: [{ name: 'new', image: 'registry.acme.test/x' }] })],
    [image('registry.acme.test/web:1'), undefined],
  ],
});
