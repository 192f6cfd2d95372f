import { useLoaderData } from 'react-router';
import { api } from '../api.server.js';

export const loader = async ({ context }) => await (await api(context).fetch('/hello')).json();

export default function Home() {
  return <p>{useLoaderData().method}</p>;
}
