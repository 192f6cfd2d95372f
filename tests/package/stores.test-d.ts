// Compiled, not run: libraries that are stores as they are.
import { OAuth2Client } from 'edge-oauth2';
import { Keyv } from 'keyv';
import { createStorage } from 'unstorage';

const required = { tokenUrl: 'https://auth.example.com/token', clientId: 'id', clientSecret: 'secret' };
for (const store of [new Keyv(), createStorage()]) new OAuth2Client({ ...required, store });
