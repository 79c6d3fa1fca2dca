const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };

/**
 * What a person typed, from what Slack sends for it: links, people and channels stand there as `<…>`, and `& < >` as
 * entities (docs.slack.dev/interactivity/implementing-slash-commands). It is escaped once, where it is shown.
 */
export const asTyped = (text: string): string =>
  text
    .replace(/<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>/g, (_, sign: string, target: string, label: string | undefined) => {
      if (sign === '') return target;
      return `${sign === '#' ? '#' : '@'}${(label ?? target).replace(/^[@#]/, '')}`;
    })
    .replace(/&(?:lt|gt|amp);/g, (entity) => entities[entity] ?? entity);
