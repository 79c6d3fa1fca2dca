/** Goes where a browser would, with cookies, and fills in the forms of the provider: signs in, and agrees. */
export const browse = async (from: string, who: string): Promise<string> => {
  const cookies = new Map<string, string>();
  let url = from;
  let form: Readonly<Record<string, string>> | undefined;
  for (let steps = 0; steps < 20; steps += 1) {
    const answer = await fetch(url, {
      redirect: 'manual',
      method: form === undefined ? 'GET' : 'POST',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const to = answer.headers.get('location');
    const page = await answer.text();
    if (to === null && !page.includes('<form')) return page;
    form = undefined;
    if (to !== null) url = new URL(to, url).href;
    else {
      const [, action = ''] = /<form[^>]*action="([^"]+)"/.exec(page) ?? [];
      const hidden = [...page.matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)];
      url = new URL(action, url).href;
      form = { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), login: who, password: 'any' };
    }
  }
  throw new Error('The provider leads nowhere');
};
