import type { Asked } from '#domain/request/request.ts';
import type { Description, Kind } from '#kinds/kind.ts';
import { driftTitle } from './drift-words.ts';

/** What a request asks in the words of its kind as it is configured now; undefined when it is configured no more. */
export const describedBy = (kinds: readonly Kind[], { kind: name, ask }: Asked): Description | undefined => {
  const described = kinds.find((kind) => kind.name === name)?.describe(ask);
  return described?.ok === true ? described.value : undefined;
};

/**
 * As in "Create ConfigMap banner": whether a manifest creates or changes shows only in the cluster, and the log knows it. The
 * kind's name when the kind cannot say it any more.
 */
export const wordedTitle = (asked: Pick<Asked, 'kind' | 'content' | 'drift'>, description?: Description): string => {
  const { kind, content, drift } = asked;
  if (drift !== undefined) return driftTitle({ ...asked, drift });
  const { noun, title } = description ?? { noun: undefined, title: kind };
  const creates = noun === 'change' && content !== undefined && content.targets.every(({ op }) => op === 'create');
  return creates && content.targets.length > 0 ? title.replace(/^Change /, 'Create ') : title;
};
