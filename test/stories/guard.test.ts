import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { requestId } from '#domain/ids.ts';
import { type ApiClient, createApiClient } from '#local/parts/api-client.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { storyOf } from './story.ts';

const shop = '/apis/networking.k8s.io/v1/namespaces/shop-front/ingresses/shop';

describe('a direct write to something protected', () => {
  const company = companyFor(inMemory, { guard: true });
  const story = storyOf(company);
  let client: ApiClient | undefined;
  const alice = (): ApiClient => {
    const { plane } = company().stand;
    client ??= createApiClient({ url: plane.url, caPem: plane.caPem, token: 'local-alice@acme.test' });
    return client;
  };
  const put = async (path: string) => {
    const { body } = await alice().send('GET', shop);
    const live = z
      .looseObject({
        spec: z.looseObject({
          rules: z.array(z.looseObject({ http: z.looseObject({ paths: z.array(z.unknown()) }) })),
        }),
      })
      .parse(body);
    const added = { path, pathType: 'Prefix', backend: { service: { name: 'checkout', port: { number: 80 } } } };
    const [rule] = live.spec.rules;
    const paths = [...(rule?.http.paths ?? []), added];
    return alice().send('PUT', shop, { ...live, spec: { ...live.spec, rules: [{ ...rule, http: { paths } }] } });
  };

  it('is held, shown, approved, let through when it is made again, and then done', async () => {
    await story.until('the guard to be asked', async () => {
      const { status, body } = await put('/beta');
      return status === 403;
    });
    const held = await put('/beta');
    const id = requestId.parse(/request ([2-9a-z]{4}-[2-9a-z]{2})/.exec(JSON.stringify(held.body))?.[1]);
    const card = await story.card(id);
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
    const again = await put('/beta');
    expect(again.status).toBe(200);
    await story.reaches(id, 'completed');
  });
});
