import { canonical, type Json } from '#domain/json.ts';
import { asText, at, listAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { filtersOf, gatewayDocument } from './route.ts';

const dangerous: Readonly<Record<string, string>> = {
  requestmirror: 'a copy of the traffic for somebody else: the filter RequestMirror',
  urlrewrite: 'requests that reach the backend under another name or path: the filter URLRewrite',
  extensionref: 'a filter of the controller’s own, which may do anything: ExtensionRef',
};

export const routeFilters: Rule = {
  name: 'route-filters',
  severity: 'high',
  sources: [gatewayDocument('reference/api-types/httproute/#filters-optional')],
  inside: (object) =>
    filtersOf(object).flatMap(({ item, path }) => {
      const type = textAt(item, 'type').trim().toLowerCase();
      const says = Object.hasOwn(dangerous, type) ? dangerous[type] : (sayRedirect(type, item) ?? sayCors(type, item));
      return says === undefined ? [] : [{ key: canonical(item), says, path }];
    }),
};

/** To another port or path, or from http to https, is nothing: it stays the same host. */
const sayRedirect = (type: string, filter: Json): string | undefined => {
  const host = textAt(filter, 'requestRedirect', 'hostname');
  return type === 'requestredirect' && host !== '' ? `everybody who comes sent to the host ${quoted(host)}` : undefined;
};

/** With credentials, a star lets every site act for whoever visits it. */
const sayCors = (type: string, filter: Json): string | undefined =>
  type === 'cors' &&
  at(filter, 'cors', 'allowCredentials') === true &&
  listAt(filter, 'cors', 'allowOrigins').some((origin) => /^(https?:\/\/)?\*/.test(asText(origin)))
    ? 'CORS with credentials for very many origins: any site of theirs may act for whoever visits it'
    : undefined;
