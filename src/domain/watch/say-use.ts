import type { Use } from '#domain/request/events.ts';

/** `get ingresses/status web in shop-front`; by whom else it is allowed behind it. */
export const sayUse = ({ verb, group, resource, subresource, namespace, name, allowedBy }: Use): string => {
  const what = [resource, ...(subresource === undefined ? [] : [subresource])].join('/');
  const of = group === '' || resource.includes('.') ? what : `${what}.${group}`;
  const which = name === undefined ? '' : ` ${name}`;
  const where = namespace === undefined ? ' in the whole cluster' : ` in ${namespace}`;
  const also = allowedBy === undefined ? '' : ` (${allowedBy} allows it too)`;
  return `${verb} ${of}${which}${where}${also}`;
};
