import { isOff, isOn } from '#domain/risk/annotations.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { type Setting, settingDocument, settingsOf } from './settings.ts';

/** What the controller then does for every Ingress; nothing where a value is harmless. */
const said: Readonly<Record<string, (value: string) => string | undefined>> = {
  'allow-snippet-annotations': (value) =>
    isOn(value) ? 'snippets, which run inside the ingress controller, from whoever may write an Ingress' : undefined,
  'annotations-risk-level': (value) =>
    value.toLowerCase() === 'critical' ? 'annotations of every risk from whoever may write an Ingress' : undefined,
  'strict-validate-path-type': (value) =>
    isOff(value) ? 'paths with any characters from whoever may write an Ingress' : undefined,
};

/** What an ingress controller is set to, for everybody. */
export const ingressControllerSettings: Rule = {
  name: 'ingress-controller-settings',
  severity: 'high',
  sources: [
    settingDocument('allow-snippet-annotations'),
    settingDocument('annotations-risk-level'),
    settingDocument('strict-validate-path-type'),
    'https://kubernetes.github.io/ingress-nginx/user-guide/exposing-tcp-udp-services/',
  ],
  inside: (object) =>
    settingsOf(object).flatMap((setting) => {
      const { key, value, path } = setting;
      const says = Object.hasOwn(said, key) ? said[key]?.(value) : sayPort(setting);
      return says === undefined ? [] : [{ key: `${key} ${value}`, says: `${says}: ${key} is ${quoted(value)}`, path }];
    }),
};

/** As in `5432: pay/postgres:5432`, in the ConfigMap of ports that are led on as they are. */
const sayPort = ({ key, value }: Setting): string | undefined =>
  /^\d{1,5}$/.test(key) && /^[a-z0-9-]{1,63}\/[a-z0-9-]{1,63}:[a-z0-9-]{1,15}(:|$)/i.test(value)
    ? 'a port of the ingress controller that leads to a Service, whatever Ingresses say'
    : undefined;
