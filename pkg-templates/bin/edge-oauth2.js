#!/usr/bin/env node
// The command `edge-oauth2`. What follows is for a Node.js that has it, so that is looked at first.
import process from 'node:process';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 20 || (major === 20 && minor >= 19)) {
  const { main } = await import('./command.js');
  main(process.argv.slice(2));
} else {
  console.error(`edge-oauth2: needs Node.js 20.19 or newer, and this is ${process.version}`);
  process.exitCode = 2;
}
