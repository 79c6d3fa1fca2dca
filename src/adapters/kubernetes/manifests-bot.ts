import type { Kind, ResourceType } from '#kinds/kind.ts';
import { deployment } from './manifests-deployment.ts';
import {
  bounded,
  clusterRole,
  clusterRoleBinding,
  home,
  labels,
  looking,
  type RuleText,
  serviceAccount,
} from './manifests-names.ts';
import { type Files, yamlFile } from './yaml-text.ts';

const component = 'bot';

/** The bot's identity, which only looks, and what it runs as. */
export const botFiles = (kinds: readonly Kind[]): Files => ({
  'manifests/bot/clusterrole.yaml': yamlFile(
    'What the bot may see: namespaces, and the sorts of objects that forms offer by name. Never Secrets: for those, names are typed.',
    [
      serviceAccount(component),
      clusterRole(component, 'hallpass-bot', [...looking, ...bounded(seen(kinds))]),
      clusterRoleBinding(component, 'hallpass-bot'),
    ],
  ),
  'manifests/bot/deployment.yaml': yamlFile(
    `The bot connects to Slack itself (Socket Mode); nothing from outside has to reach it.
  kubectl -n ${home} create secret generic hallpass-bot-key --from-file=bot.key
  kubectl -n ${home} create secret generic hallpass-bot --from-literal=SLACK_BOT_TOKEN=xoxb-… \\
    --from-literal=SLACK_APP_TOKEN=xapp-… --from-literal=REDIS_URL=rediss://bot:…@redis:6379
For signed HTTP instead give SLACK_SIGNING_SECRET in place of SLACK_APP_TOKEN, and put your own Ingress or Gateway, at a
public HTTPS address, before the Service below.`,
    [deployment(component, 1, { port: 3000 }), service],
  ),
});

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'hallpass-bot', namespace: home, labels: labels(component) },
  spec: { selector: labels(component), ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
};

/** To read a Secret's name is to read the Secret: RBAC knows no listing without contents. */
const neverSeen = ['secrets'];

const seen = (kinds: readonly Kind[]): readonly RuleText[] => {
  const byGroup = Map.groupBy(
    kinds.flatMap(offered).filter(({ resource }) => !neverSeen.includes(resource)),
    ({ group }) => group,
  );
  return [...byGroup]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([group, types]) => {
      const resources = [...new Set(types.map(({ resource }) => resource))].sort();
      return { apiGroups: [group], resources, verbs: ['get', 'list'] };
    });
};

/** How many choices that change the form may follow each other. */
const deepest = 3;

/** The sorts of objects that a kind's form lets people pick from, over all that can be chosen before. */
const offered = (kind: Kind): readonly ResourceType[] => {
  const profiles = kind.profiles.map(({ profile }) => profile);
  const walk = (chosen: Readonly<Record<string, string>>, depth: number): readonly ResourceType[] =>
    kind.fields(chosen, profiles).flatMap((field) => {
      if (field.input.type === 'objects' || field.input.type === 'object') return field.input.resources;
      if (field.input.type !== 'choice' || field.again !== true || field.name in chosen || depth === deepest) return [];
      return field.input.options.flatMap(({ value }) => walk({ ...chosen, [field.name]: value }, depth + 1));
    });
  return walk({}, 0);
};
