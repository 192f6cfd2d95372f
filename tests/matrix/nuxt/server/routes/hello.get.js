export default defineEventHandler((event) => api(event).fetch('/hello'));
