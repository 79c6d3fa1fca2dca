import { deployment, image, ruleTest } from '#test/build/risk.ts';
import { workloadImageFloating } from './image-floating.ts';

ruleTest(workloadImageFloating, {
  hits: [
    [undefined, image('registry.acme.test/web')],
    [image('registry.acme.test/web:1'), image('registry.acme.test/web:latest')],
    [undefined, image('registry.acme.test:5000/web')],
    [undefined, image('registry.acme.test/web:Latest')],
  ],
  misses: [
    [undefined, image('registry.acme.test/web:1')],
    [undefined, image('registry.acme.test/web@sha256:0')],
    [undefined, image('registry.acme.test:5000/web:1')],
    [undefined, image('registry.acme.test/web:latest@sha256:0')],
    [image('registry.acme.test/web'), image('registry.acme.test/web')],
    [undefined, deployment({}, { image: null })],
  ],
});
