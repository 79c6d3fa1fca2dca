import { isOff, isOn } from '#domain/risk/annotations.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, annotationsOf } from './ingress.ts';

/**
 * ingress-nginx lets every origin in with credentials when CORS is enabled and nothing more is said. What holds it back
 * counts only under the same prefix and in small letters, as the controller reads it.
 */
export const ingressCors: Rule = {
  name: 'ingress-cors',
  severity: 'high',
  sources: [annotationDocument('enable-cors')],
  inside: (object) => {
    const annotations = annotationsOf(object);
    const written = new Map(annotations.map((one) => [one.key, one]));
    return annotations
      .filter(({ name, value }) => name === 'enable-cors' && isOn(value))
      .flatMap(({ key, prefix, path }) => {
        const allowed = written.get(`${prefix}cors-allow-origin`);
        const origins = (allowed?.value ?? '*').split(',').map((origin) => origin.trim());
        const isOpen =
          !isOff(written.get(`${prefix}cors-allow-credentials`)?.value ?? 'true') &&
          origins.some((origin) => origin === '*' || origin === '');
        const says = 'CORS with credentials for every origin: any site may act for whoever visits it';
        return isOpen ? [{ key, says, path: allowed?.path ?? path }] : [];
      });
  },
};
