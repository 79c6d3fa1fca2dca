import { quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { typeOf } from './service.ts';

export const serviceExternalName: Rule = {
  name: 'service-external-name',
  severity: 'high',
  sources: ['CVE-2021-25740'],
  inside: (object) => {
    if (typeOf(object) !== 'externalname') return [];
    const name = textAt(object, 'spec', 'externalName');
    return [
      {
        key: name,
        says: `a Service that stands for ${quoted(name)}, which may be another namespace’s or outside`,
        path: ['spec', 'externalName'],
      },
    ];
  },
};
