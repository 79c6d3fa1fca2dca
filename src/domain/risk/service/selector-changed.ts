import { isSameJson } from '#domain/json.ts';
import { asText, at, entriesAt, quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isService, serviceDocument } from './service.ts';

export const serviceSelectorChanged: Rule = {
  name: 'service-selector-changed',
  severity: 'high',
  sources: [serviceDocument('defining-a-service')],
  between: (before, after) => {
    if (after === undefined || !isService(after)) return [];
    const [was, is] = [before, after].map((one) => at(one, 'spec', 'selector') ?? {});
    const wants = entriesAt(after, 'spec', 'selector').map(([key, value]) => `${key}=${asText(value)}`);
    const says =
      wants.length === 0
        ? 'traffic for whatever addresses somebody writes: the selector is removed'
        : `traffic for other pods: the selector is now ${quoted(wants.sort().join(', '))}`;
    return isSameJson(was, is) ? [] : [{ says, path: ['spec', 'selector'] }];
  },
};
