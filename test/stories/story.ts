import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll } from 'vitest';
import { z } from 'zod';
import { createKeys } from '#adapters/keys/keys.ts';
import { keys } from '#adapters/redis/keys.ts';
import { actions } from '#adapters/slack/action-ids.ts';
import { type RequestId, requestId } from '#domain/ids.ts';
import { type Chain, readChain } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { State, Status } from '#domain/request/request.ts';
import type { Delivery } from '#local/slack/delivery.ts';
import type { ReadMessage } from '#local/slack/reading.ts';
import type { Stand } from '#local/stand.ts';
import { pressOn } from './clicks.ts';
import type { Company } from './company.ts';

export const ledger = '/apis/networking.k8s.io/v1/namespaces/shop-payments/ingresses/ledger';
export const typed = (duration: string, more = '') =>
  `/jit request access ingress-edit shop-payments/ledger${more} for ${duration} because checkout 502s`;

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const made = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        namespace: z.string(),
        uid: z.string(),
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
      }),
    }),
  ),
});
export type Made = z.infer<typeof made>['items'][number]['metadata'];

/** Milliseconds after which what is waited for does not come any more, also where the machine has much else to do. */
const hung = 60_000;

/** Mentions read the same wherever they stand. */
export const named = (text: string): string => text.replaceAll(/<@(\w+)>/g, '@$1');

/** What people do in the stories of one file, and what can be seen from outside: log, cluster and Slack. */
export const storyOf = (company: () => Company) => {
  let connection: Redis | undefined;
  /** As Redis's administrator: may read and spoil everything. */
  const redis = (): Redis => {
    if (connection === undefined) {
      connection = company().openRedis();
      connection.on('error', () => {});
    }
    return connection;
  };
  afterAll(() => connection?.disconnect());

  const until = <T>(what: string, look: () => T | Promise<T>, milliseconds = hung) =>
    company().slack.until(look, { milliseconds, what });

  const answerTo = (person: string): string =>
    company()
      .slack.as(person)
      .ephemerals()
      .toSorted((one, other) => (one.ts < other.ts ? -1 : 1))
      .at(-1)?.shown ?? '';

  /** What a typed line is answered with. */
  const type = async (line: string, person = 'U0ALICE'): Promise<string> => {
    await company().slack.as(person).command(line);
    // On a machine with too much to do they are told to try again.
    for (let left = 3; left > 0 && answerTo(person).includes('no worker answered'); left -= 1) {
      await setTimeout(2_000);
      await company().slack.as(person).command(line);
    }
    return answerTo(person);
  };
  const ask = async (line: string, person = 'U0ALICE'): Promise<RequestId> => {
    const answer = await type(line, person);
    const found = requestId.safeParse(/\b[2-9a-z]{4}-[2-9a-z]{2}\b/.exec(answer)?.[0]);
    if (!found.success) throw new Error(`No request was filed: ${answer}`);
    return found.data;
  };

  const cardOf = (id: string): ReadMessage | undefined => {
    const { slack } = company();
    const channels = [...slack.state.channels.values()].filter(
      ({ kind, members }) => kind !== 'im' && members.has('U0BOB'),
    );
    return channels
      .flatMap(({ name }) => slack.as('U0BOB').readChannel(name))
      .find((one) => one.metadata?.event_type === 'hallpass_card' && one.metadata.event_payload.request === id);
  };
  /** Slack takes a post a second in a channel: behind others it takes its time. */
  const card = (id: string): Promise<ReadMessage> => until(`the card of ${id}`, () => cardOf(id));
  const click = async (person: string, id: string, button: string) =>
    company()
      .slack.as(person)
      .click(await card(id), button, { confirm: true });
  const shows = (id: string, words: string, milliseconds = hung) =>
    until(`"${words}" on the card of ${id}`, () => named(cardOf(id)?.shown ?? '').includes(words), milliseconds).catch(
      (cause: unknown) => {
        throw new Error(`The card of ${id} reads:\n${cardOf(id)?.shown}`, { cause });
      },
    );
  /** What stands below the card, the oldest first. */
  const thread = (id: string): readonly ReadMessage[] => {
    const head = cardOf(id);
    return head === undefined ? [] : company().slack.as('U0BOB').readThread(head).slice(1);
  };
  /** Which entries of the log have a message below the card, each as often as it has one; but for what comes later. */
  const threadVersions = (id: string): readonly unknown[] =>
    thread(id)
      .filter(({ shown }) => !/^(📋 Summed up|🟢 Rolled out|⚠️ Written, but)/u.test(shown))
      .map(({ metadata }) => metadata?.event_payload.version);

  /** A click as Slack sends it, whether or not its card is there already. */
  const press = (person: string, button: keyof typeof actions, id: string, revision = 1): Promise<Delivery> =>
    pressOn(
      company().slack,
      company().stand.config('bot').keys,
      person,
      { action: actions[button], id, revision },
      () => redis().llen(keys.log(requestId.parse(id))),
    ).then((click) => company().slack.sendRaw(click));
  const approve = async (id: string, people: readonly string[] = ['U0BOB', 'U0DAN']): Promise<void> => {
    for (const person of people) await press(person, 'approve', id);
  };

  const chain = async (id: RequestId): Promise<Chain> => {
    const found = createKeys(company().stand.config('worker').keys, []);
    if (!found.ok) throw new Error(found.error.join('\n'));
    const read = readChain(id, await redis().lrange(keys.log(id), 0, -1), found.value.trust);
    if (!read.ok || read.value === undefined) throw new Error(`The log of ${id} is broken: ${JSON.stringify(read)}`);
    return read.value;
  };
  /** But for those that come some seconds later: some stories are over by then, and some are not. */
  const events = async (id: RequestId): Promise<readonly RequestEvent['type'][]> =>
    (await chain(id)).entries.map(({ event }) => event.type).filter((type) => !isAfterwards(type));
  const reaches = async <S extends Status>(
    id: RequestId,
    status: S,
    milliseconds = hung,
  ): Promise<Extract<State, { status: S }>> => {
    const state = await until(
      `${id} to be ${status}`,
      async () => {
        const found = (await chain(id)).request.state;
        return found.status === status && found;
      },
      milliseconds,
    );
    return state as Extract<State, { status: S }>;
  };

  /** Roles and bindings that Hallpass made for a request, or for any. */
  const inCluster = async (id?: string): Promise<readonly Made[]> => {
    const selector = id === undefined ? 'hallpass.dev/request' : `hallpass.dev/request=${id}`;
    const lists = await Promise.all(
      ['roles', 'rolebindings'].map((resource) =>
        company().stand.admin.send('GET', `${rbac}/${resource}?labelSelector=${selector}`),
      ),
    );
    return lists.flatMap(({ body }) => made.parse(body).items.map(({ metadata }) => metadata));
  };

  /** What the administrators were told in their channel. */
  const told = (words: string): readonly string[] =>
    company()
      .slack.as('U0DAN')
      .readChannel('hallpass-audit')
      .flatMap(({ shown }) => (shown.includes(words) ? [shown] : []));
  const isTold = (words: string, milliseconds = hung) =>
    until(`administrators to be told "${words}"`, () => told(words).length > 0, milliseconds);

  const mayRead = async (): Promise<boolean> => (await company().tries('requester', 'GET', ledger)) === 200;

  return {
    redis,
    until,
    answerTo,
    type,
    ask,
    card,
    cardOf,
    click,
    shows,
    thread,
    threadVersions,
    press,
    approve,
    chain,
    events,
    reaches,
    inCluster,
    told,
    isTold,
    mayRead,
  };
};
const isAfterwards = (type: RequestEvent['type']): boolean => type === 'summed-up' || type === 'rolled-out';
export type Story = ReturnType<typeof storyOf>;

/** One quick rule for everything in a policy that is otherwise the shop's. */
export const rules = (parts: { readonly groups?: string; readonly rules: string }): string => `adminChannel: C0AUDIT
groups:
  engineers: [U0ALICE, U0BOB, U0CAROL]
  platform: S0PLATFORM
  security: S0SECURITY
${parts.groups ?? ''}
rules:
${parts.rules}
`;
export const writeRules = (stand: Stand, text: string): Promise<void> =>
  writeFile(join(stand.folder, 'policy', 'rules.yaml'), text);
