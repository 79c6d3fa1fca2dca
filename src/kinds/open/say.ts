import type { Labels } from '#domain/networkpolicy/selector.ts';
import { cut } from '#domain/text.ts';
import type { Ask, FromPods, Port } from './ask.ts';

/** What somebody typed, short and between quotes. */
export const quoted = (text: string): string => JSON.stringify(cut(text, 80));

/** As they are typed: `app=ledger,tier=db`. */
export const sayLabels = (labels: Labels): string =>
  Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(',');

/** As in `TCP 8080` and `TCP 8000-8010`. */
export const sayPort = ({ protocol, port, endPort }: Port): string =>
  `${protocol} ${port}${endPort === undefined ? '' : `-${endPort}`}`;

export const sayPorts = (ports: readonly Port[]): string => ports.map(sayPort).join(', ');

/** Pods by what selects them: `app=web of shop-front`, without the place where it is the namespace asked for. */
export const sayPods = ({ namespace, labels }: FromPods): string => {
  const which = Object.keys(labels).length === 0 ? 'every pod' : sayLabels(labels);
  return namespace === undefined ? which : `${which} of ${namespace}`;
};

export const sayFrom = (from: Ask['from']): string => {
  if ('labels' in from) return Object.keys(from.labels).length === 0 ? sayPods(from) : `pods ${sayPods(from)}`;
  return from.cidrs.join(', ');
};

const most = 10;

/** Names, at most ten of them, and how many more there are. */
export const sayNames = (names: readonly string[]): string => {
  const shown = [...new Set(names)].sort();
  const more = shown.length - most;
  return more > 0 ? `${shown.slice(0, most).join(', ')} and ${more} more` : shown.join(', ');
};

/** As in `pod web-1 of shop-front`. */
export const sayPodNames = (pods: readonly { readonly name: string; readonly namespace: string }[]): string =>
  `${pods.length === 1 ? 'pod' : 'pods'} ${sayNames(pods.map(({ name }) => name))} of ${pods[0]?.namespace}`;

export const them = (pods: readonly unknown[]): string => (pods.length === 1 ? 'it' : 'them');
