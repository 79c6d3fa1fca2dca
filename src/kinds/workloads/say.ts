import { few } from '#domain/text.ts';
import { sayName } from '#kinds/names.ts';
import type { WorkKind } from './sorts.ts';

/** As in `Deployment web`, `Deployments api, web`; at most five of them. */
export const sayWorkloads = (kind: WorkKind, names: readonly string[]): string =>
  `${kind}${names.length === 1 ? '' : 's'} ${few(names.map(sayName), 5)}`;

export const sayWorkload = ({ kind, name }: { readonly kind: WorkKind; readonly name: string }): string =>
  `${kind} ${sayName(name)}`;

/** What is said of each of many; past the fifth they are counted, unless it is one: whoever may make such objects may make thousands. */
export const sayFew = (lines: readonly string[], more: (count: number) => string): readonly string[] =>
  lines.length <= mostSaid + 1 ? lines : [...lines.slice(0, mostSaid), more(lines.length - mostSaid)];

const mostSaid = 5;

/** As in `1 pod`, `3 pods`. */
export const sayCount = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
