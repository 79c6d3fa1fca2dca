import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf, practiceDocument } from './rbac.ts';

export const rbacPersistentVolumes: Rule = {
  name: 'rbac-persistent-volumes',
  severity: 'high',
  sources: [practiceDocument('persistent-volume-creation')],
  inside: (object) =>
    dangersOf(object, 'the right to make volumes of folders of a node: create on persistentvolumes', {
      group: '',
      resources: ['persistentvolumes'],
      verbs: ['create'],
    }),
};
