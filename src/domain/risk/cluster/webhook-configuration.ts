import { practiceDocument } from '#domain/risk/rbac/rbac.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { webhooksOf } from './webhook.ts';

export const webhookConfiguration: Rule = {
  name: 'webhook-configuration',
  severity: 'high',
  sources: [practiceDocument('control-admission-webhooks')],
  inside: (object) =>
    webhooksOf(object).map(({ name, path }) => {
      const may = object.kind.startsWith('Mutating') ? 'change' : 'refuse';
      return { key: name, says: `a webhook that sees objects of everybody and may ${may} them: ${quoted(name)}`, path };
    }),
};
