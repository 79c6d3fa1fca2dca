import { isOff, isOn, listIn } from '#domain/risk/annotations.ts';
import { holds } from '#domain/risk/blocks.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { settingDocument, settingsOf } from './settings.ts';

type IsLess = (was: string, is: string) => boolean;

const isOther: IsLess = (was, is) => was !== '' && was !== is;
const isNotOn: IsLess = (was, is) => isOn(was) && !isOn(is);
/** On where nothing is said. */
const isTurnedOff: IsLess = (was, is) => !isOff(was) && isOff(is);
const isWider: IsLess = (was, is) => was !== '' && (is === '' || !holds(listIn(was), listIn(is)));
const isNarrower: IsLess = (was, is) => !holds(listIn(is), listIn(was));
const isFewer: IsLess = (was, is) => {
  const left = new Set(listIn(is));
  return listIn(was).some((word) => !left.has(word));
};

const guards: Readonly<Record<string, IsLess>> = {
  'global-auth-url': isOther,
  'annotation-value-word-blocklist': isFewer,
  'whitelist-source-range': isWider,
  'denylist-source-range': isNarrower,
  'block-cidrs': isNarrower,
  'enable-modsecurity': isNotOn,
  'enable-owasp-modsecurity-crs': isNotOn,
  'force-ssl-redirect': isNotOn,
  'ssl-redirect': isTurnedOff,
};

/** What an ingress controller holds back of every Ingress. A ConfigMap that goes takes its settings with it. */
export const ingressControllerGuards: Rule = {
  name: 'ingress-controller-guards',
  severity: 'high',
  sources: [settingDocument('global-auth-url'), settingDocument('annotation-value-word-blocklist')],
  between: (before, after) => {
    const [was, is] = [before, after].map(
      (one) => new Map((one === undefined ? [] : settingsOf(one)).map((setting) => [setting.key, setting])),
    );
    return Object.entries(guards).flatMap(([key, isLess]) => {
      const [old, now] = [was?.get(key)?.value ?? '', is?.get(key)?.value ?? ''];
      const says = `less held back of what goes to any Ingress: ${key} goes from ${quoted(old)} to ${quoted(now)}`;
      return isLess(old, now) ? [{ says, path: after === undefined ? [] : ['data', key] }] : [];
    });
  },
};
