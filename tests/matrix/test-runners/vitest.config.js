import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['orders.vitest.test.js'] } });
