import { z } from 'zod';
import { makeCertificate } from '#adapters/http/certificates.ts';
import { serverTime } from '#adapters/kubernetes/cluster.ts';
import type { RawClient } from '#adapters/kubernetes/raw-client.ts';
import { collectionPath } from '#adapters/kubernetes/resources.ts';
import { createWebhooks, endOfCertificate } from '#adapters/kubernetes/webhooks.ts';
import { webhookName } from '#domain/guard/webhook.ts';
import type { Manifest } from '#domain/plan.ts';
import { formatKubeconfig } from '#local/parts/kubeconfig.ts';
import { readManifests } from '#local/shop/install.ts';
import { startWorld } from '#test/contract/kubernetes-world.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { createWebhookKeeper } from '#use-cases/keep-webhook.ts';
import { createAuthorityOffer } from '#use-cases/offer-authority.ts';

export const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
export const own = `${configurations}/hallpass-guard`;
const token = z.object({ status: z.object({ token: z.string() }) });

/** A real API server on which Hallpass with its guard is installed, and worker and guards as their ServiceAccounts. */
export const startGuardWorld = async () => {
  const real = await startWorld([]);
  const keys = createMemoryKeys();
  const apply = async (file: string): Promise<void> => {
    for (const manifest of await readManifests(file)) {
      const { apiVersion, kind, metadata } = manifest;
      await real.setUp('POST', collectionPath(apiVersion, `${kind.toLowerCase()}s`, metadata.namespace), manifest);
    }
  };
  for (const file of [
    'base/namespace.yaml',
    'base/worker/base.yaml',
    'components/guard/clusterrole-worker.yaml',
    'components/guard/base.yaml',
  ])
    await apply(file);

  /** A client as a ServiceAccount of the installation. */
  const clientOf = async (account: string): Promise<RawClient> => {
    const path = `/api/v1/namespaces/hallpass/serviceaccounts/${account}/token`;
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } };
    const { status } = token.parse(await real.setUp('POST', path, body));
    const { url, caPem } = real.plane;
    return real.clientFrom(real.file(account, formatKubeconfig({ url, caPem, user: account, token: status.token })));
  };
  const [admin, worker, guard] = [real.client(), await clientOf('hallpass-worker'), await clientOf('hallpass-guard')];

  const keeper = (wanted: () => Manifest | undefined) => {
    const alarms: string[] = [];
    const infos: string[] = [];
    const look = createWebhookKeeper({
      cluster: 'prod',
      webhooks: createWebhooks(worker),
      wanted,
      signer: keys.signer('worker'),
      trust: keys.trust,
      now: () => serverTime(worker),
      alarm: (message, { difference }) => void alarms.push(difference ?? message),
      info: (message) => void infos.push(message),
    });
    return { look, alarms, infos };
  };

  /** A guard with a certificate of its own, good for 127.0.0.1. */
  const offering = async () => {
    const names = ['127.0.0.1'];
    const made = await makeCertificate({
      names,
      now: Temporal.Now.instant(),
      validFor: Temporal.Duration.from({ hours: 1 }),
    });
    const alarms: string[] = [];
    const offer = createAuthorityOffer({
      isForUs: () => true,
      cluster: 'prod',
      webhooks: createWebhooks(guard),
      ca: () => made.ca,
      now: () => serverTime(guard),
      endOf: endOfCertificate,
      alarm: (message) => void alarms.push(message),
    });
    return { ...made, offer, alarms };
  };

  /** Changes the webhook as somebody does who may. */
  const tamper = (change: object) => real.setUp('PATCH', own, { webhooks: [{ name: webhookName, ...change }] });
  /** Removes it, if it is there. */
  const remove = async (): Promise<void> => {
    if ((await createWebhooks(admin).get()) !== undefined) await real.setUp('DELETE', own);
  };
  return { ...real, apply, admin, worker, guard, webhooks: createWebhooks(admin), keeper, offering, tamper, remove };
};
export type GuardWorld = Awaited<ReturnType<typeof startGuardWorld>>;
