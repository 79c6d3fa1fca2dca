/** Loaded before a program (`--import`): its machine's clock is as far ahead as CLOCK_AHEAD says, in milliseconds. */
const real = Date.now.bind(Date);
const ahead = Number(process.env.CLOCK_AHEAD);
Date.now = () => real() + ahead;
