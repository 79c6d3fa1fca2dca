import { annotationsOf, isOff, isOn } from './ingress.ts';
import type { Rule } from './rule.ts';

/** ingress-nginx lets every origin in with credentials when CORS is enabled and nothing more is said. */
export const ingressCors: Rule = {
  name: 'ingress-cors',
  severity: 'high',
  inside: (object) => {
    const values = new Map(annotationsOf(object).map(({ name, value }) => [name, value]));
    const origins = (values.get('cors-allow-origin') ?? '*').split(',').map((origin) => origin.trim());
    const isOpen =
      isOn(values.get('enable-cors') ?? '') &&
      !isOff(values.get('cors-allow-credentials') ?? 'true') &&
      origins.some((origin) => origin === '*' || origin === '');
    return isOpen
      ? [{ key: 'cors', says: 'CORS with credentials for every origin: any site may act for whoever visits it' }]
      : [];
  },
};
