/** Loaded before a program (`--import`): its machine's clock is two minutes ahead. */
const real = Date.now.bind(Date);
Date.now = () => real() + 120_000;
