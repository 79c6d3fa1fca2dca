import { randomUUID } from 'node:crypto';
import { problemOf } from '#adapters/http/api-problems.ts';
import { startApiServer } from '#adapters/http/api-serve.ts';
import { createWaiting } from '#adapters/http/api-wait.ts';
import type { CertificateSource } from '#adapters/http/certificate-source.ts';
import { plain } from '#adapters/slack/mrkdwn.ts';
import { sayNotDone, sayNotFiled } from '#adapters/slack/replies.ts';
import type { Caller } from '#domain/callers.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import { changeOver } from '#test/build/changes.ts';
import { alice, bob } from '#test/build/people.ts';
import { accessOver } from '#test/build/profiles.ts';
import { createWorld, settle, type World } from '#test/build/world.ts';
import { approveRequest, denyRequest } from '#use-cases/act-on-request.ts';
import type { Principal } from '#use-cases/principal.ts';
import { find } from '#use-cases/request-log.ts';

const caller = (name: string, isAgent: boolean): Caller => ({
  name,
  responsible: alice,
  isAgent,
  knownBy: { type: 'oidc', issuer: 'https://ci.acme.test', claims: { sub: name } },
  kubernetes: undefined,
});
const known = (person: PersonId, mayDecide: boolean): Principal => ({ type: 'person', person, mayDecide, provenAt: 0 });

/** Who is known by which token. */
export const tokens = {
  pipeline: 'token-of-the-pipeline',
  agent: 'token-of-the-agent',
  alice: 'token-of-alice',
  bob: 'token-of-bob',
} as const;

export type ApiWorld = {
  readonly world: World;
  readonly url: string;
  readonly port: number;
  /** What a client finds in its environment. */
  readonly as: (who: keyof typeof tokens) => Record<string, string>;
  readonly principals: Map<string, Principal>;
  readonly requests: () => Promise<readonly Chain[]>;
  /** The one that waits, once it is there. */
  readonly pending: () => Promise<Chain>;
  readonly approve: (id: RequestId) => Promise<void>;
  readonly deny: (id: RequestId, reason: string) => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** The real API on a port, over a company in memory: alice answers for a pipeline and an agent, bob decides. */
export const serveWorld = async (certificates?: CertificateSource): Promise<ApiWorld> => {
  const world = createWorld();
  world.settings.kinds = [accessOver(), changeOver()];
  world.settings.callers = [caller('deploy', false), caller('helper', true)];
  const principals = new Map<string, Principal>([
    [tokens.pipeline, { type: 'caller', caller: caller('deploy', false) }],
    [tokens.agent, { type: 'caller', caller: caller('helper', true) }],
    [tokens.alice, known(alice, false)],
    [tokens.bob, known(bob, true)],
  ]);
  const onFault = (message: string, fields: object): never => {
    throw new Error(`${message}: ${JSON.stringify(fields)}`);
  };
  const start = async (port: number) => {
    const server = await startApiServer({
      host: '127.0.0.1',
      port,
      certificates,
      onFault,
      api: {
        ports: world.bot,
        authenticate: async (token = '') =>
          principals.get(token) ?? {
            problem: problemOf(401, 'unknown', 'Not known', 'Nobody is known by this token.'),
          },
        waiting: createWaiting(world.store),
        sayNotFiled: (refusal) => plain(sayNotFiled(refusal)),
        sayNotDone: (refusal) => plain(sayNotDone(refusal)),
        anyKey: randomUUID,
        onFault,
        epoch: () => 0,
      },
    });
    if (!server.ok) throw new Error(server.error);
    return server.value;
  };
  let server = await start(0);
  const { port } = server;
  const url = `${certificates === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;

  const requests = async (): Promise<readonly Chain[]> => {
    const ids = await world.store.ofPerson(alice, 100);
    const found = await Promise.all(ids.map((id) => find(world.bot, id)));
    return found.flatMap((one) => (one.type === 'found' ? [one.chain] : []));
  };
  const must = async (acted: Promise<{ readonly ok: boolean }>): Promise<void> => {
    const done = await acted;
    if (!done.ok) throw new Error(`It was refused: ${JSON.stringify(done)}`);
    await settle(world);
  };
  return {
    world,
    url,
    port,
    as: (who) => ({ HALLPASS_API: url, HALLPASS_TOKEN: tokens[who] }),
    principals,
    requests,
    pending: async () => {
      for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
        const one = (await requests()).find(({ request }) => request.state.status === 'pending');
        if (one !== undefined) return one;
      }
      throw new Error('Nothing was asked for.');
    },
    approve: (id) => must(approveRequest(world.bot, { by: bob, id, revision: 1, seconds: undefined })),
    deny: (id, reason) => must(denyRequest(world.bot, { by: bob, id, revision: 1, reason })),
    restart: async () => {
      await server.stop();
      server = await start(port);
    },
    stop: () => server.stop(),
  };
};
