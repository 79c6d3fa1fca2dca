import type { Pod } from '#domain/networkpolicy/pod.ts';
import { numbersOf } from '#domain/networkpolicy/reach.ts';
import { type Labels, selects } from '#domain/networkpolicy/selector.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Ask, isFromPods } from './ask.ts';
import { sayLabels, sayPodNames } from './say.ts';
import type { Side, Sight } from './sight.ts';

/** The pods that an opening is about now. Those on their node's network are left out: policies do not see them. */
export type Ends = {
  readonly targets: readonly Pod[];
  /** Of pods; none where addresses are let in. */
  readonly sources: readonly Pod[];
  readonly onNode: readonly Pod[];
};

/** Finds both ends, and says why there is nothing to open where one of them is not there. */
export const findEnds = (asked: Ask, { target, source }: Sight): Result<Ends, string> => {
  const targets = find(target, asked.to.labels);
  if (!targets.ok) return targets;
  if (source === undefined || !isFromPods(asked.from))
    return ok({ ...targets.value, targets: targets.value.pods, sources: [] });
  const sources = find(source, asked.from.labels);
  if (!sources.ok) return sources;
  return ok({
    targets: targets.value.pods,
    sources: sources.value.pods,
    onNode: [...targets.value.onNode, ...sources.value.onNode],
  });
};

const find = (
  { namespace, labels: there, pods }: Side,
  labels: Labels,
): Result<{ readonly pods: readonly Pod[]; readonly onNode: readonly Pod[] }, string> => {
  if (there === undefined) return err(`There is no namespace "${namespace}".`);
  const found = pods.filter((pod) => selects({ matchLabels: labels }, pod.labels));
  const onNode = found.filter((pod) => pod.onNode);
  const which = Object.keys(labels).length === 0 ? '' : ` with the labels ${sayLabels(labels)}`;
  if (found.length === 0)
    return err(`There is no pod${which} in ${namespace} now. Check the labels of the pods that you mean.`);
  if (found.length === onNode.length)
    return err(`NetworkPolicies do not see ${sayPodNames(onNode)}: they are on their node’s network.`);
  return ok({ pods: found.filter((pod) => !pod.onNode), onNode });
};

/** Named ports are looked up in the pods that are spoken to: a name that none of them has opens nothing. */
export const missingPort = ({ ports }: Ask, targets: readonly Pod[]): string | undefined => {
  const missing = ports.find((port) => targets.every((pod) => numbersOf(port, pod).length === 0));
  return missing === undefined
    ? undefined
    : `None of ${sayPodNames(targets)} has a ${missing.protocol} port named "${missing.port}". Name it by its number.`;
};
