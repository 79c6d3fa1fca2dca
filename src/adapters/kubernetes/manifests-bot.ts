import type { Kind } from '#kinds/kind.ts';
import { deployment, type SecretFolder } from './manifests-deployment.ts';
import { clusterRole, clusterRoleBinding, home, labels, oneStays, serviceAccount } from './manifests-names.ts';
import { botRules } from './manifests-rules.ts';
import { saysHowItIs } from './manifests-served.ts';
import { type Files, yamlFile } from './yaml-text.ts';

const component = 'bot';

/** The bot's identity, which only looks, and what it runs as. */
export const botFiles = (kinds: readonly Kind[]): Files => ({
  'manifests/base/bot/clusterrole.yaml': yamlFile(
    'What the bot may see: namespaces, and the sorts of objects that forms offer by name. Never Secrets: for those, names are typed.',
    [
      serviceAccount(component),
      clusterRole(component, 'hallpass-bot', botRules(kinds)),
      clusterRoleBinding(component, 'hallpass-bot'),
    ],
  ),
  'manifests/base/bot/deployment.yaml': yamlFile(
    `The bot connects to Slack itself (Socket Mode); nothing from outside has to reach it.
  kubectl -n ${home} create secret generic hallpass-bot-key --from-file=bot.key
  kubectl -n ${home} create secret generic hallpass-bot --from-literal=SLACK_BOT_TOKEN=xoxb-… \\
    --from-literal=SLACK_APP_TOKEN=xapp-… --from-literal=REDIS_URL=rediss://hallpass-bot:…@redis:6379
Several clusters: HALLPASS_CLUSTERS names the files of one more Secret, as /etc/hallpass/clusters/<name>.kubeconfig (docs/clusters.md):
  kubectl -n ${home} create secret generic hallpass-bot-clusters --from-file=prod.kubeconfig --from-file=stage.kubeconfig
A Redis whose certificate is of an authority of your own, with REDIS_CA=/etc/hallpass/redis/ca.crt in the Secret above, once for all processes:
  kubectl -n ${home} create secret generic hallpass-redis-tls --from-file=ca.crt
Only where events go to webhooks (docs/webhooks.md), with HALLPASS_WEBHOOKS=/etc/hallpass/webhooks/webhooks.yaml in the Secret above:
  kubectl -n ${home} create secret generic hallpass-webhooks --from-file=webhooks.yaml --from-file=tickets.key
For signed HTTP instead give SLACK_SIGNING_SECRET in place of SLACK_APP_TOKEN, and put your own Ingress or Gateway, at a
public HTTPS address, before the Service below.`,
    [
      deployment(component, { container: saysHowItIs([{ name: 'http', containerPort: 3000 }]), folders: botFolders }),
      service,
      oneStays(component),
    ],
  ),
});

/** Whole, and no single files: keys in it are replaced while it runs. */
export const botFolders: readonly SecretFolder[] = [
  { name: 'webhooks', secretName: 'hallpass-webhooks', mountPath: '/etc/hallpass/webhooks', optional: true },
  { name: 'clusters', secretName: 'hallpass-bot-clusters', mountPath: '/etc/hallpass/clusters', optional: true },
  { name: 'api-tls', secretName: 'hallpass-api-tls', mountPath: '/etc/hallpass/api', optional: true },
];

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'hallpass-bot', namespace: home, labels: labels(component) },
  spec: { selector: labels(component), ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
};
