// Wakes the islands of a page. An external module, since pages allow no inline script.

// What the WebAssembly side imports from the page: leptos fills these when it streams, which our pages never do.
globalThis.__RESOLVED_RESOURCES = [];
globalThis.__SERIALIZED_ERRORS = [];
globalThis.__INCOMPLETE_CHUNKS = [];

// A page without islands loads nothing.
if (document.querySelector("leptos-island")) {
  // The bundler puts the hashed names of its own making here.
  const module = await import("./@MODULE@");
  await module.default({ module_or_path: new URL("./@WASM@", import.meta.url) });
  module.hydrate();
  wake(document.body, module);
  // For tests and style sheets: from here on a click is the island's.
  document.documentElement.dataset.islands = "awake";
}

/** Calls the export that each island names, the outermost first. */
function wake(node, module) {
  if (node.localName === "leptos-island") {
    const island = module[node.dataset.component];
    if (island) {
      island(node);
    } else {
      console.warn(`The bundle has no island ${node.dataset.component}: the page works without it.`);
    }
  } else if (node.localName === "leptos-children") {
    node.$$on_hydrate?.();
  }
  for (const child of node.children) {
    wake(child, module);
  }
}
