/** How deep JSON may nest: far more than any object of Kubernetes does, and far less than recursion can take. */
const deepest = 100;
/** Objects and lists, which take thirty times their text once they are parsed. The largest in etcd have far fewer. */
const most = 250_000;

type Measured = {
  /** Why it should not even be parsed. */
  readonly excess: string | undefined;
  /** The first integer that JavaScript would read as another one, as it does beyond 2^53. */
  readonly altered: string | undefined;
};

const code = { quote: 0x22, backslash: 0x5c, zero: 0x30, nine: 0x39 };
const opening = new Set([...'[{'].map((character) => character.charCodeAt(0)));
const closing = new Set([...']}'].map((character) => character.charCodeAt(0)));

/**
 * Looks through a JSON text without parsing it, so that nothing is built of one that would take too much. Of what is no
 * JSON it tells nothing that counts. Its time grows with the text's length, whatever is in it.
 */
export const measureJson = (text: string): Measured => {
  let depth = 0;
  let count = 0;
  let altered: string | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text.charCodeAt(at);
    let end = at + 1;
    if (character === code.quote) end = endOfString(text, end);
    else if (opening.has(character)) {
      depth += 1;
      count += 1;
    } else if (closing.has(character)) depth -= 1;
    else if (character >= code.zero && character <= code.nine) {
      end = endOfNumber(text, at);
      altered ??= alteredInteger(text.slice(at, end));
    }
    if (depth > deepest) return { excess: `it nests deeper than ${deepest} levels`, altered };
    if (count > most) return { excess: `it has more than ${most} objects and lists`, altered };
    at = end;
  }
  return { excess: undefined, altered };
};

const endOfString = (text: string, start: number): number => {
  for (let at = text.indexOf('"', start); at !== -1; at = text.indexOf('"', at + 1)) {
    let slash = at;
    while (slash > start && text.charCodeAt(slash - 1) === code.backslash) slash -= 1;
    // An even number of them stands for half as many, and the quote for itself.
    if ((at - slash) % 2 === 0) return at + 1;
  }
  return text.length + 1;
};

const endOfNumber = (text: string, start: number): number => {
  const number = /[\d.eE+-]+/y;
  number.lastIndex = start;
  number.test(text);
  return number.lastIndex;
};

const alteredInteger = (source: string): string | undefined =>
  source.length >= 16 && /^\d+$/.test(source) && String(Number(source)) !== source ? source : undefined;
