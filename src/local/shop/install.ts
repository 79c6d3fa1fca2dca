import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { Manifest } from '#domain/plan.ts';
import type { ApiClient } from '#local/parts/api-client.ts';

const manifest = z.custom<Manifest>(
  (value) =>
    z.object({ apiVersion: z.string(), kind: z.string(), metadata: z.object({ name: z.string() }) }).safeParse(value)
      .success,
);

const plurals: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networkpolicies',
  Ingress: 'ingresses',
  IngressClass: 'ingressclasses',
};

/** Where objects of a sort are created. */
const collection = ({ apiVersion, kind, metadata }: Manifest): string => {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${root}${within}/${plurals[kind] ?? `${kind.toLowerCase()}s`}`;
};

/**
 * Creates what is not there yet; what is there stays as it is. So does what is protected from an earlier run and was deleted: no
 * guard runs yet that could be asked. Throws for anything else that the server does not take.
 */
export const install = async (client: ApiClient, objects: readonly Manifest[]): Promise<void> => {
  for (const object of objects) {
    // Whether something may be created is asked of a guard before it is looked for.
    const there = await client.send('GET', `${collection(object)}/${encodeURIComponent(object.metadata.name)}`);
    if (there.status === 200) continue;
    const { status, body } = await client.send('POST', collection(object), object);
    const isGuarded = status === 500 && JSON.stringify(body).includes('failed calling webhook');
    if (status !== 409 && status >= 300 && !isGuarded) {
      throw new Error(
        `${object.kind} "${object.metadata.name}" was not created: ${status} ${JSON.stringify(body).slice(0, 300)}`,
      );
    }
  }
};

/** Reads a file of the folder manifests/, as somebody would apply it. */
export const readManifests = async (name: string): Promise<readonly Manifest[]> => {
  const text = await readFile(fileURLToPath(new URL(`../../../manifests/${name}`, import.meta.url)), 'utf8');
  return parseAllDocuments(text).flatMap((document) => {
    const value: unknown = document.toJS();
    return value === null ? [] : [manifest.parse(value)];
  });
};

const token = z.object({ status: z.object({ token: z.string() }) });

/** A token of a ServiceAccount, good for a day (TokenRequest); for the API server unless an audience is said. */
export const tokenFor = async (
  client: ApiClient,
  namespace: string,
  account: string,
  audience?: string,
): Promise<string> => {
  const { body } = await client.send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 86_400, ...(audience === undefined ? {} : { audiences: [audience] }) },
  });
  return token.parse(body).status.token;
};
