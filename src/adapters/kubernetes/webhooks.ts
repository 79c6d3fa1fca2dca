import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { EndOf } from '#domain/guard/bundle.ts';
import { configurationName } from '#domain/guard/webhook.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Webhooks } from '#use-cases/keep-webhook.ts';
import { failedWith, unlessAbsent } from './fault.ts';
import { liveObject } from './objects.ts';
import type { Call, RawClient } from './raw-client.ts';
import { collectionPath } from './resources.ts';

const collection = collectionPath('admissionregistration.k8s.io/v1', 'validatingwebhookconfigurations');
const path = `${collection}/${configurationName}`;
const options = '?fieldManager=hallpass&fieldValidation=Strict';
const name = `ValidatingWebhookConfiguration "${configurationName}"`;

/**
 * The webhook configuration of a cluster's guard. A call whose connection dropped is repeated, and the repeated one may
 * meet what the first has done: `moved` can mean that it was our own write.
 */
export const createWebhooks = (client: RawClient): Webhooks => {
  const send = async (call: Call, isMoved: (error: unknown) => boolean): Promise<'written' | 'moved'> => {
    try {
      await client.call(call, liveObject);
      return 'written';
    } catch (error) {
      if (isMoved(error)) return 'moved';
      throw error;
    }
  };
  return {
    get: () => unlessAbsent(client.call({ method: 'GET', path, saying: `get ${name}` }, liveObject)),
    create: async (configuration) =>
      send(
        { method: 'POST', path: `${collection}${options}`, body: configuration, saying: `create ${name}` },
        (error) => failedWith(error, 409, 'AlreadyExists'),
      ),
    replace: async (configuration) =>
      send(
        { method: 'PUT', path: `${path}${options}`, body: versioned(configuration), saying: `replace ${name}` },
        (error) => failedWith(error, 409, 'Conflict') || failedWith(error, 404),
      ),
  };
};

/**
 * To Kubernetes no version, an empty one and `0` mean "whichever is there": what another guard has added would be lost.
 */
const version = z.object({ metadata: z.object({ resourceVersion: z.string().regex(/[^0]/) }) });
const versioned = (configuration: Manifest): Manifest => {
  if (!version.safeParse(configuration).success)
    throw new TypeError(`${name} can only be replaced with its resourceVersion.`);
  return configuration;
};

/** When a certificate of a `caBundle` ends. */
export const endOfCertificate: EndOf = (pem) => {
  try {
    return Temporal.Instant.fromEpochMilliseconds(new X509Certificate(pem).validToDate.getTime());
  } catch {
    // Whatever it is, it is no certificate.
    return undefined;
  }
};

/**
 * The first version whose API server sets `kubernetes.io/metadata.name` on every namespace and lets nobody change it,
 * whatever its feature gates (NamespaceDefaultLabelName: on since 1.21, for good since 1.22).
 */
const labelling = 22;

const versionInfo = z.object({ major: z.string(), minor: z.string() });

/** Whether namespaces can be chosen by `kubernetes.io/metadata.name`; not where a cluster does not say its version. */
export const selectsNamespaces = async (client: RawClient): Promise<boolean> => {
  const said = await client
    .call({ method: 'GET', path: '/version', saying: 'say its version' }, versionInfo)
    .catch((error: unknown) => {
      if (failedWith(error, 403)) return undefined;
      throw error;
    });
  if (said === undefined) return false;
  // Some say "27+".
  const [major, minor] = [said.major, said.minor].map((number) => Number.parseInt(number, 10));
  return major === 1 && minor !== undefined ? minor >= labelling : (major ?? 0) > 1;
};
