const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };

/** Slack makes a link of whatever looks like a host or an address, and keeps what was typed as its label. */
const isMade = (target: string, label: string): boolean =>
  [`http://${label}`, `https://${label}`, `http://${label}/`, `mailto:${label}`].includes(target);

/**
 * What a person typed, from what Slack sends for it: links, people and channels stand there as `<…>`, and `& < >` as
 * entities (docs.slack.dev/interactivity/implementing-slash-commands). It is escaped once, where it is shown.
 */
export const asTyped = (text: string): string =>
  text
    .replace(/<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>/g, (_, sign: string, target: string, label: string | undefined) => {
      if (sign === '') return label !== undefined && isMade(target, label) ? label : target;
      return `${sign === '#' ? '#' : '@'}${(label ?? target).replace(/^[@#]/, '')}`;
    })
    .replace(/&(?:lt|gt|amp);/g, (entity) => entities[entity] ?? entity);
