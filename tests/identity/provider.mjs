// The identity provider of an office: node-oidc-provider (certified by the OpenID Foundation), which nobody here wrote.
// PERSONS: claims by the name that is typed at its door. It says its port, and ends with its standard input.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const { persons, secret, back } = JSON.parse(process.env.PERSONS);
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: "zjk",
        client_secret: secret,
        redirect_uris: [back],
        post_logout_redirect_uris: [new URL("/login/", back).href],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    pkce: { required: () => true },
    cookies: { keys: ["of this test alone"] },
    claims: {
      openid: ["sub"],
      profile: ["name", "preferred_username"],
      email: ["email", "email_verified"],
      groups: ["groups"],
    },
    scopes: ["openid", "profile", "email", "groups"],
    async findAccount(_ctx, id) {
      return { accountId: id, claims: async () => ({ sub: id, ...persons[id] }) };
    },
    async loadExistingGrant(ctx) {
      const { client, session, provider: own } = ctx.oidc;
      const grant = new own.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid profile email groups");
      await grant.save();
      return grant;
    },
  });
  server.on("request", provider.callback());
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
