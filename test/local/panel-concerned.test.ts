import { expect, test } from 'vitest';
import type { Request } from '#domain/request/request.ts';
import { concernedBy } from '#local/panel/concerned.ts';
import { activated, approved, grown, pending } from '#test/build/requests.ts';

const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'shop-front', name: 'shop' };
/** As a newer version of Hallpass may have it: with members that this one's types do not know. */
const withMore = (request: Request, asked: object, state: object): Request => ({
  asked: Object.assign({}, request.asked, asked),
  state: Object.assign({}, request.state, state),
});

test('a request that is pending concerns what it was asked for, if that names objects', () => {
  expect(concernedBy(pending())).toEqual([]);
  const asked = withMore(pending(), { content: { targets: [ingress], text: 'any' } }, {});
  expect(concernedBy(asked)).toEqual([{ ...ingress, why: 'asked' }]);
});

test('one that is active concerns what was made and what was changed, and nothing twice', () => {
  const made = [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop-front', name: 'made', uid: 'u0' }];
  const active = grown(pending(), approved, { ...activated, objects: made });
  const changed = withMore(
    active,
    { content: { targets: [ingress] } },
    { changed: [{ ...ingress, uid: 'u1', op: 'update' }] },
  );
  expect(concernedBy(changed)).toEqual([
    { ...made[0], why: 'created' },
    { ...ingress, uid: 'u1', why: 'changed' },
  ]);
});

test('what has another shape than expected is left out, and the rest is not', () => {
  const active = grown(pending(), approved, activated);
  const odd = withMore(active, { content: { targets: 'all of them' } }, { changed: [{ name: 7 }] });
  expect(concernedBy(odd)).toEqual(concernedBy(active));
});
