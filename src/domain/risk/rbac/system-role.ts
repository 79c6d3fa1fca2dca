import { textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { boundTo, rbacDocument } from './rbac.ts';

/** Of those that Kubernetes makes for itself; others are for add-ons, which are bound to them as a matter of course. */
const powerful =
  /^system:(controller:|aggregate-to-(admin|edit)$|certificates\.k8s\.io:|(kube-(controller-manager|scheduler)|kubelet-api-admin|node|node-bootstrapper|node-proxier|persistent-volume-provisioner|volume-scheduler)$)/;

export const rbacSystemRole: Rule = {
  name: 'rbac-system-role',
  severity: 'high',
  sources: [rbacDocument('core-component-roles')],
  inside: (object) => {
    const role = textAt(object, 'roleRef', 'name');
    return powerful.test(role) ? boundTo(object, role, 'the rights of a part of Kubernetes itself') : [];
  },
};
