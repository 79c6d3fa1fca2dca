import { few } from '#domain/text.ts';
import { sayName } from '#kinds/names.ts';
import type { WorkKind } from './sorts.ts';

/** As in `Deployment web`, `Deployments api, web`; at most five of them. */
export const sayWorkloads = (kind: WorkKind, names: readonly string[]): string =>
  `${kind}${names.length === 1 ? '' : 's'} ${few(names.map(sayName), 5)}`;

export const sayWorkload = ({ kind, name }: { readonly kind: WorkKind; readonly name: string }): string =>
  `${kind} ${sayName(name)}`;

/** As in `1 pod`, `3 pods`. */
export const sayCount = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
