import type { Asked } from '#domain/request/request.ts';
import type { Description, Kind } from '#kinds/kind.ts';

/** What a request asks in the words of its kind as it is configured now; undefined when it is configured no more. */
export const describedBy = (kinds: readonly Kind[], { kind: name, ask }: Asked): Description | undefined => {
  const described = kinds.find((kind) => kind.name === name)?.describe(ask);
  return described?.ok === true ? described.value : undefined;
};
