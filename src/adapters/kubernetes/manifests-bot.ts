import type { Kind } from '#kinds/kind.ts';
import { deployment, type SecretFolder } from './manifests-deployment.ts';
import { clusterRole, clusterRoleBinding, home, labels, serviceAccount } from './manifests-names.ts';
import { botRules } from './manifests-rules.ts';
import { type Files, yamlFile } from './yaml-text.ts';

const component = 'bot';

/** The bot's identity, which only looks, and what it runs as. */
export const botFiles = (kinds: readonly Kind[]): Files => ({
  'manifests/bot/clusterrole.yaml': yamlFile(
    'What the bot may see: namespaces, and the sorts of objects that forms offer by name. Never Secrets: for those, names are typed.',
    [
      serviceAccount(component),
      clusterRole(component, 'hallpass-bot', botRules(kinds)),
      clusterRoleBinding(component, 'hallpass-bot'),
    ],
  ),
  'manifests/bot/clusterrole-api.yaml': yamlFile(
    `For the API (HALLPASS_API_PORT) only: the bot may ask whose a ServiceAccount's token is. Not needed where pipelines and agents
are known by OIDC.`,
    [
      clusterRole(component, 'hallpass-bot-api', [
        { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      ]),
      clusterRoleBinding(component, 'hallpass-bot-api'),
    ],
  ),
  'manifests/bot/deployment.yaml': yamlFile(
    `The bot connects to Slack itself (Socket Mode); nothing from outside has to reach it.
  kubectl -n ${home} create secret generic hallpass-bot-key --from-file=bot.key
  kubectl -n ${home} create secret generic hallpass-bot --from-literal=SLACK_BOT_TOKEN=xoxb-… \\
    --from-literal=SLACK_APP_TOKEN=xapp-… --from-literal=REDIS_URL=rediss://hallpass-bot:…@redis:6379
Only where events go to webhooks (docs/webhooks.md), with HALLPASS_WEBHOOKS=/etc/hallpass/webhooks/webhooks.yaml in the Secret above:
  kubectl -n ${home} create secret generic hallpass-webhooks --from-file=webhooks.yaml --from-file=tickets.key
For signed HTTP instead give SLACK_SIGNING_SECRET in place of SLACK_APP_TOKEN, and put your own Ingress or Gateway, at a
public HTTPS address, before the Service below.`,
    [deployment(component, 1, { container: { ports: [{ name: 'http', containerPort: 3000 }] }, folders }), service],
  ),
});

/** Whole, and no single files: keys in it are replaced while it runs. */
const folders: readonly SecretFolder[] = [
  { name: 'webhooks', secretName: 'hallpass-webhooks', mountPath: '/etc/hallpass/webhooks', optional: true },
];

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'hallpass-bot', namespace: home, labels: labels(component) },
  spec: { selector: labels(component), ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
};
