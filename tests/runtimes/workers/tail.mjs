// Hears what workerd itself tells of the spans of other Workers, and gives it to who asks: by the paths of their requests.
const traces = new Map();

export default {
  tailStream({ event: { info, spanId: root } }) {
    const trace = { spans: [], isOver: false };
    const spans = new Map();
    traces.set(new URL(info.url ?? 'http://none').pathname, trace);
    return ({ timestamp, spanContext: { spanId }, event }) => {
      const span = spans.get(spanId);
      if (event.type === 'spanOpen') {
        const { name, spanId: id } = event;
        const opened = { name, within: spanId === root ? 'the request' : span.name, attributes: {}, fromMs: Number(timestamp) };
        spans.set(id, opened);
        trace.spans.push(opened);
      }
      // Whole numbers come as BigInt, which JSON does not know.
      const plain = (value) => (typeof value === 'bigint' ? Number(value) : value);
      if (event.type === 'attributes') for (const { name, value } of event.info) if (span) span.attributes[name] = plain(value);
      if (event.type === 'spanClose') span.toMs = Number(timestamp);
      if (event.type === 'outcome') trace.isOver = true;
    };
  },

  async fetch(request) {
    return Response.json(traces.get(new URL(request.url).pathname) ?? {});
  },
};
