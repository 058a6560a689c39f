// The baseline's four activities, in the style of Temporal's samples: one call each, and whatever is not a success is thrown.
export interface Person {
  key: string;
  firstName: string;
  lastName: string;
  email: string;
  roles: number[];
}

export interface Site {
  baseUrl: string;
  username: string;
  password: string;
}

export function naiveActivities(site: Site) {
  const authorization = `Basic ${Buffer.from(`${site.username}:${site.password}`).toString('base64')}`;
  async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(new URL(path, site.baseUrl), {
      method,
      headers: { authorization, 'content-type': 'application/json', accept: 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const told = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${told.slice(0, 200)}`);
    return JSON.parse(told);
  }
  async function usersByMail(email: string): Promise<{ uid: string }[]> {
    const told = await ask('GET', `/user.json?mail=${encodeURIComponent(email)}`);
    return (told as { list: { uid: string }[] }).list;
  }
  const idOf = (made: unknown) => String((made as { id: string | number }).id);

  return {
    async verify({ email }: Person): Promise<boolean> {
      return (await usersByMail(email)).length > 0;
    },
    /** A retry meets what the try before it made: else a worker that died would leave this retrying for ever. */
    async createUser({ key, email }: Person): Promise<string> {
      const there = await usersByMail(email);
      return there[0]?.uid ?? idOf(await ask('POST', '/user.json', { name: key, mail: email, status: 1 }));
    },
    async createProfile(uid: string, { firstName, lastName }: Person): Promise<string> {
      const names = { field_first_name: firstName, field_last_name: lastName };
      const profile = { user: Number(uid), label: 'Profile', type: 'profile', ...names };
      return idOf(await ask('POST', '/profile2.json', profile));
    },
    async updateRoles(uid: string, { roles }: Person): Promise<void> {
      await ask('PUT', `/user/${uid}`, { roles: roles.map((id) => ({ id })) });
    },
  };
}
