import { deployment, image, ruleTest } from '#test/build/risk.ts';
import { workloadImageOwner } from './image-owner.ts';

ruleTest(workloadImageOwner, {
  hits: [
    [image('docker.io/library/nginx:1'), image('docker.io/someone/nginx:1')],
    [image('nginx:1'), image('someone/nginx:1')],
    [image('ghcr.io/acme/web:1'), image('ghcr.io/acme-/web:1')],
  ],
  misses: [
    [image('nginx:1'), image('docker.io/library/nginx:2')],
    [image('ghcr.io/acme/web:1'), image('ghcr.io/Acme/deep/other:1')],
    [image('registry.acme.test/a/web:1'), image('registry.acme.test/b/web:1')],
    [image('ghcr.io/acme/web:1'), image('quay.io/someone/web:1')],
    [image('ghcr.io/acme/web:1'), deployment({ initContainers: [{ name: 'new', image: 'ghcr.io/someone/x:1' }] })],
    [image('ghcr.io/acme/web:1'), undefined],
  ],
});
