import { isOff, isOn } from '#domain/risk/annotations.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, annotationsOf } from './ingress.ts';

/** ingress-nginx lets every origin in with credentials when CORS is enabled and nothing more is said. */
export const ingressCors: Rule = {
  name: 'ingress-cors',
  severity: 'high',
  sources: [annotationDocument('enable-cors')],
  inside: (object) => {
    const annotations = new Map(annotationsOf(object).map((one) => [one.name, one]));
    const enabled = annotations.get('enable-cors');
    const allowed = annotations.get('cors-allow-origin');
    const origins = (allowed?.value ?? '*').split(',').map((origin) => origin.trim());
    const isOpen =
      isOn(enabled?.value ?? '') &&
      !isOff(annotations.get('cors-allow-credentials')?.value ?? 'true') &&
      origins.some((origin) => origin === '*' || origin === '');
    return isOpen
      ? [
          {
            key: 'cors',
            says: 'CORS with credentials for every origin: any site may act for whoever visits it',
            path: (allowed ?? enabled)?.path ?? [],
          },
        ]
      : [];
  },
};
