/** Names that a PromQL expression speaks of. Not a parser: enough for expressions as the alerts and the dashboard have them. */
export type Spoken = {
  readonly metrics: readonly string[];
  /** In matchers, and behind `by`, `on`, `without` and `ignoring`. */
  readonly labels: readonly string[];
};

const words = ['and', 'or', 'unless', 'by', 'on', 'without', 'ignoring', 'offset', 'bool', 'group_left', 'group_right'];

export const spokenIn = (expression: string): Spoken => {
  const bare = expression.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const matchers = [...bare.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  );
  const grouped = /\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g;
  const groups = [...bare.matchAll(grouped)].flatMap(([, inside = '']) => inside.match(/[a-zA-Z_]\w*/g) ?? []);
  const left = bare
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(grouped, ' ');
  const metrics = [...left.matchAll(/(?<![\w:.])([a-zA-Z_:][\w:]*)\s*(\()?/g)].flatMap(([, name = '', call]) =>
    call === undefined && !words.includes(name) ? [name] : [],
  );
  return { metrics: [...new Set(metrics)], labels: [...new Set([...matchers, ...groups])] };
};
