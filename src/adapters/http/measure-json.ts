/** How deep JSON may nest: far more than any object of Kubernetes does, and far less than recursion can take. */
const deepest = 100;
/** Objects and lists, which take thirty times their text once they are parsed. The largest in etcd have far fewer. */
const most = 250_000;

type Measured = {
  /** Why it should not even be parsed. */
  readonly excess: string | undefined;
  /** The first integer that JavaScript would read and write as another one, as it does beyond 2^53. */
  readonly altered: string | undefined;
  /** Commas between values: so many of them and one are in it at least, wherever they are. */
  readonly commas: number;
};

const code = { quote: 0x22, backslash: 0x5c, zero: 0x30, nine: 0x39 };
/** `[`, `]`, `{`, `}` and `,`, and what of a number comes after its first digit. */
const [openList, closeList, openMap, closeMap, comma] = [0x5b, 0x5d, 0x7b, 0x7d, 0x2c];
const [plus, minus, point, exponent, smallExponent] = [0x2b, 0x2d, 0x2e, 0x45, 0x65];

/**
 * Looks through a JSON text without parsing it, so that nothing is built of one that would take too much. Of what is no
 * JSON it tells nothing that counts. Its time grows with the text's length, whatever is in it.
 */
export const measureJson = (text: string): Measured => {
  let depth = 0;
  let count = 0;
  let commas = 0;
  let altered: string | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text.charCodeAt(at);
    let end = at + 1;
    if (character === code.quote) end = endOfString(text, end);
    else if (character === openMap || character === openList) {
      depth += 1;
      count += 1;
    } else if (character === closeMap || character === closeList) depth -= 1;
    else if (character === comma) commas += 1;
    else if (character >= code.zero && character <= code.nine) {
      end = endOfNumber(text, at);
      // Most are short, and none of those is another one.
      if (end - at >= suspicious) altered ??= alteredInteger(text.slice(at, end));
    }
    if (depth > deepest) return { excess: `it nests deeper than ${deepest} levels`, altered, commas };
    if (count > most) return { excess: `it has more than ${most} objects and lists`, altered, commas };
    at = end;
  }
  return { excess: undefined, altered, commas };
};

const endOfString = (text: string, start: number): number => {
  for (let from = start; ; ) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return text.length + 1;
    // Behind an odd number of backslashes it ends nothing.
    let first = quote;
    while (first > from && text.charCodeAt(first - 1) === code.backslash) first -= 1;
    if ((quote - first) % 2 === 0) return quote + 1;
    from = quote + 1;
  }
};

const endOfNumber = (text: string, start: number): number => {
  let at = start;
  while (at < text.length && isOfNumber(text.charCodeAt(at))) at += 1;
  return at;
};

const isOfNumber = (character: number): boolean =>
  (character >= code.zero && character <= code.nine) ||
  character === point ||
  character === exponent ||
  character === smallExponent ||
  character === plus ||
  character === minus;

/** Digits: 2^53 has as many. */
const suspicious = 16;

const alteredInteger = (source: string): string | undefined =>
  /^\d+$/.test(source) && String(Number(source)) !== source ? source : undefined;
