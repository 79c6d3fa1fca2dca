import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { z } from 'zod';
import { type RequestId, requestId } from '#domain/ids.ts';
import type { Delivery } from '#local/slack/delivery.ts';
import { clickOf } from './clicks.ts';
import type { Company } from './company.ts';
import { rules, type Story } from './story.ts';

/** One yes is enough, and changes may be for good. */
export const oneYes = rules({
  rules: `  - name: shop
    match: { namespaces: ['shop-*'], profiles: ['*', other-pods-to-pods] }
    ask: [engineers]
    approve: [{ from: platform }]
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m
    permanent: true`,
});

export const since = (instant: Temporal.Instant): number => Temporal.Now.instant().since(instant).total('seconds');

export const core = '/api/v1/namespaces/shop-payments';
export const ingresses = '/apis/networking.k8s.io/v1/namespaces/shop-payments/ingresses';
export const journals = '/api/v1/namespaces/hallpass-markers/secrets';

const object = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    managedFields: z.array(z.looseObject({ manager: z.string() })).optional(),
  }),
});

export const ingressNamed = (name: string, backend = 'ledger', paths: readonly string[] = ['/']) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'shop-payments' },
  spec: {
    rules: [
      {
        host: `${name}.acme.test`,
        http: {
          paths: paths.map((path) => ({
            path,
            pathType: 'Prefix',
            backend: { service: { name: backend, port: { number: 80 } } },
          })),
        },
      },
    ],
  },
});

/** What the stories of changes do beside those of access: objects of others, and asking with a manifest. */
export const changeStoryOf = (company: () => Company, story: Story) => {
  const admin = () => company().stand.admin;
  const text = async (path: string): Promise<string> => JSON.stringify((await admin().send('GET', path)).body);
  const make = async (collection: string, body: object): Promise<void> => {
    const { status, body: said } = await admin().send('POST', collection, body);
    expect(status, JSON.stringify(said)).toBe(201);
  };

  /** All of an object that a change must leave as it was: not the version and the number of writes. */
  const kept = async (path: string) => {
    const { metadata, ...rest } = object.parse((await admin().send('GET', path)).body);
    const { resourceVersion: _, generation: __, managedFields, ...others } = metadata;
    return { ...rest, metadata: others, managers: managedFields?.map(({ manager }) => manager) };
  };

  const ingress = async (name: string): Promise<string> => {
    await make(ingresses, ingressNamed(name));
    return `${ingresses}/${name}`;
  };

  const edit = async (path: string, change: (body: string) => string): Promise<void> => {
    const { status } = await admin().send('PUT', path, JSON.parse(change(await text(path))));
    expect(status).toBe(200);
  };

  let forms = 0;
  /** The form as Slack sends it, whoever could have filled it in. */
  const sendForm = (fields: Readonly<Record<string, string>>, person = 'U0ALICE'): Promise<Delivery> => {
    forms += 1;
    const { actions: _, ...basics } = clickOf(person, 'none', 'none');
    const answers = { namespace: 'shop-payments', duration: '10m', reason: 'a trial', ...fields };
    const values = Object.entries(answers).map(([name, value]) => [
      `${name}|`,
      { [`hallpass_field_${name}`]: { value } },
    ]);
    return company().slack.sendRaw({
      ...basics,
      type: 'view_submission',
      view: {
        id: `V0FORM${forms}`,
        type: 'modal',
        callback_id: 'hallpass_ask_form',
        private_metadata: JSON.stringify({ kind: 'change', cluster: 'shop' }),
        state: { values: Object.fromEntries(values) },
      },
    });
  };
  const askWith = async (fields: Readonly<Record<string, string>>): Promise<RequestId> => {
    let { ack } = await sendForm(fields);
    // On a machine with too much to do they are told to try again.
    for (let left = 3; left > 0 && JSON.stringify(ack).includes('no worker answered'); left -= 1) {
      await setTimeout(2_000);
      ({ ack } = await sendForm(fields));
    }
    const found = requestId.safeParse(/as ([2-9a-z]{4}-[2-9a-z]{2})/.exec(JSON.stringify(ack))?.[1]);
    if (!found.success) throw new Error(`No request was filed: ${JSON.stringify(ack)}`);
    return found.data;
  };
  /** Asks for manifests, as kubectl would apply them; JSON is YAML. */
  const askManifests = (duration: string, ...manifests: readonly object[]): Promise<RequestId> =>
    askWith({
      profile: '+',
      edit: 'manifest',
      manifest: manifests.map((one) => JSON.stringify(one)).join('\n---\n'),
      duration,
    });

  const add = (name: string, duration: string, path = '/beta') =>
    story.ask(
      `/jit request change add ${name}.acme.test${path}=ledger:80 shop-payments/${name} for ${duration} because a trial`,
    );
  const backend = (name: string, to: string, duration: string) =>
    story.ask(
      `/jit request change backend ${name}.acme.test/=${to}:${to === 'postgres' ? 5432 : 80} shop-payments/${name} for ${duration} because a trial`,
    );
  const approved = async (id: RequestId, revision = 1): Promise<RequestId> => {
    await story.press('U0BOB', 'approve', id, revision);
    return id;
  };
  const noJournal = (id: RequestId) =>
    story.until(`no journal of ${id}`, async () => !(await text(journals)).includes(`journal-${id}`));

  return { admin, text, make, kept, ingress, edit, sendForm, askWith, askManifests, add, backend, approved, noJournal };
};
