import { nextConsumer } from '../next.mjs';

export default nextConsumer({
  title: 'Next.js 15',
  shared: ['next-app', 'next-middleware'],
  through: 'middleware (edge)',
  other: '--turbopack',
});
