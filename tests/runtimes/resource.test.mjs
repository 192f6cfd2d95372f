// URLs that need not be parsed to know where they lead.
import { strictEqual } from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageDir } from '../package/consumer.mjs';

const { Resource } = await import(join(packageDir, 'face/resource.js'));

const TEXTS = [
  ...['/', 'hello', '/hello', '/v1/x', 'a/b.json', 'v1.0/me', '/.well-known/x', 'a//b', 'a+b', '-._~', 'urn:li:person:1', 'mailto:a@b.c', 'x:'],
  ...['', '?q=1', 'a?b=c&d=(e)*!$,;:@', 'a?u=https://evil.example/', '/x#y', "a'b", 'a b', 'ü', ' x ', 'a\nb'],
  ...['../b', '/a/../b', 'a/./b', 'a%2e%2e/b', '/a/;b', 'a/..;/b', 'a..b', 'a...b', '..a', 'x.', '.x', 'a/..', '%2e%2e', '..%2f'],
  ...['//evil.example/x', '//', '///x', '\\\\evil', '/\\evil', '@evil.example/', ':8080/', 'javascript:alert(1)', 'data:1'],
  ...['https://api.example.com', 'https://api.example.com/x?y=1.5', 'https://api.example.com/a//b', 'https://api.example.com/?u=https://x'],
  ...['https://api.example.com:443/x', 'https://API.example.com/x', 'https:/api.example.com/x', 'https://api.example.com/v1/../..'],
  ...['https://api.example.com.evil.example/', 'https://api.example.com@evil.example/', 'https://api.example.com:8443/', 'http://api.example.com/x'],
];

for (const baseUrl of ['https://api.example.com', 'https://api.example.com/v1', 'https://api.example.com/v1/a.b/']) {
  test(`below ${baseUrl} they are what parsing makes of them`, () => {
    const resource = new Resource({ baseUrl });
    const outcome = (input) => {
      try {
        const { input: sent, url } = resource.request(input);
        return `${sent} ${url.href}`;
      } catch ({ message }) {
        return message;
      }
    };
    // Only what is a text may be left unparsed.
    for (const text of TEXTS) strictEqual(outcome(text), outcome({ toString: () => text }), text);
  });
}
