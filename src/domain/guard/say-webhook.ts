import { isList, isMap, type JsonMap } from '#domain/content/tree.ts';
import type { Json } from '#domain/json.ts';
import { cut, few, oneLine } from '#domain/text.ts';
import type { GuardAddress } from './webhook.ts';

/** Sorts and namespaces that are named in one line. */
const most = 8;

/** What the API server connects to; undefined where a webhook says no address that could be read. */
export const addressIn = ({ clientConfig }: JsonMap): { readonly host: string; readonly port: number } | undefined => {
  if (!isMap(clientConfig)) return undefined;
  const { url, service } = clientConfig;
  if (typeof url === 'string' && URL.canParse(url)) {
    const { hostname, port } = new URL(url);
    return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? 443 : Number(port) };
  }
  if (!isMap(service) || typeof service.name !== 'string' || typeof service.namespace !== 'string') return undefined;
  // As the API server calls it, and verifies that it is called.
  return {
    host: `${service.name}.${service.namespace}.svc`,
    port: typeof service.port === 'number' ? service.port : 443,
  };
};

/** The same as settings say it, for whoever asks whether all the rest is as it should be. */
export const guardAddressIn = (webhook: JsonMap): GuardAddress | undefined => {
  const { url, service } = isMap(webhook.clientConfig) ? webhook.clientConfig : {};
  if (typeof url === 'string') return { url };
  const { port } = addressIn(webhook) ?? {};
  return port !== undefined &&
    isMap(service) &&
    typeof service.name === 'string' &&
    typeof service.namespace === 'string'
    ? { service: { namespace: service.namespace, name: service.name, port } }
    : undefined;
};

/** Of which writes, and where, the API server asks a webhook: `ingresses.networking.k8s.io, services in shop, bank`. */
export const sayAsked = (webhook: JsonMap): string => {
  const sorts = listOf(webhook.rules).flatMap(({ apiGroups, resources }) =>
    textsOf(apiGroups).flatMap((group) =>
      textsOf(resources)
        .filter((resource) => !resource.includes('/'))
        .map((resource) => (group === '' ? resource : `${resource}.${group}`)),
    ),
  );
  return `${few([...new Set(sorts)], most) || 'nothing'} ${placesOf(webhook.namespaceSelector)}`;
};

const placesOf = (selector: Json | undefined): string => {
  const expressions = isMap(selector) ? listOf(selector.matchExpressions) : [];
  const [only, ...others] = expressions;
  const labels = isMap(selector) && isMap(selector.matchLabels) ? Object.keys(selector.matchLabels) : [];
  if (only === undefined && labels.length === 0) return 'in all namespaces';
  const isByName = only?.key === 'kubernetes.io/metadata.name' && others.length === 0 && labels.length === 0;
  const names = few(textsOf(only?.values), most);
  if (isByName && only.operator === 'In') return `in ${names}`;
  if (isByName && only.operator === 'NotIn') return `in all namespaces but ${names}`;
  return `in namespaces that ${cut(oneLine(JSON.stringify(selector)), 200)} selects`;
};

const listOf = (value: Json | undefined): readonly JsonMap[] => (isList(value) ? value.filter(isMap) : []);

const textsOf = (value: Json | undefined): readonly string[] =>
  isList(value) ? value.filter((one) => typeof one === 'string') : [];
