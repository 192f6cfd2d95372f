import { nextConsumer } from '../next.mjs';

export default nextConsumer({ title: 'Next.js 16', shared: ['next-app'], through: 'proxy (Node)', other: '--webpack' });
