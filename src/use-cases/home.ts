/**
 * Markers have a namespace of their own: the worker may write ConfigMaps there, and where Hallpass lives they hold
 * its policy and the keys that it trusts.
 */
export const markersBeside = (home: string): string => `${home}-markers`;

/** Whether a namespace is one of Hallpass's own: nobody may ask for anything in it, or reach it by a profile. */
export const isOurs = (home: string, namespace: string | undefined): boolean =>
  namespace === home || namespace === markersBeside(home);
