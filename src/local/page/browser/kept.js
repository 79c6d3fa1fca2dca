// @ts-check

/** What this browser remembers of how somebody likes the page. Without storage it is forgotten, and nothing else. */

/** @param {string} name @returns {string | null} */
export const readKept = (name) => {
  try {
    return localStorage.getItem(`hallpass-${name}`);
  } catch {
    return null;
  }
};

/** @param {string} name @param {string | null} value null forgets it */
export const keep = (name, value) => {
  try {
    if (value === null) localStorage.removeItem(`hallpass-${name}`);
    else localStorage.setItem(`hallpass-${name}`, value);
  } catch {
    // It holds for this page then.
  }
};
