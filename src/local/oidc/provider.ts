import { createServer } from 'node:http';
import Provider from 'oidc-provider';

/** `node provider.ts <port>`: an OpenID provider on this machine, at which everybody may be anybody, for the demo and its tests. */
const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'hallpass',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
    },
  ],
  features: { deviceFlow: { enabled: true }, devInteractions: { enabled: true } },
  pkce: { required: () => true },
});
createServer(provider.callback()).listen(port, '127.0.0.1');
