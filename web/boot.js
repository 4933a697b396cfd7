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

// Notebooks that are dropped on any page go where they are brought back, as if they had been chosen there.
const returns = document.body.dataset.returns;
if (returns) {
  const drops = (event) => {
    const own = event.target instanceof Element && event.target.closest("input[type=file], textarea");
    return !own && event.dataTransfer?.types.includes("Files");
  };
  const mark = (is) => document.body.classList.toggle("dropping", is);
  document.addEventListener("dragover", (event) => {
    mark(drops(event));
    if (drops(event)) event.preventDefault();
  });
  document.addEventListener("dragleave", (event) => {
    // Into another element of the page, or out of it.
    if (!event.relatedTarget) mark(false);
  });
  document.addEventListener("drop", (event) => {
    mark(false);
    if (!drops(event)) return;
    event.preventDefault();
    const form = document.createElement("form");
    const input = document.createElement("input");
    Object.assign(form, { method: "post", action: returns, enctype: "multipart/form-data", hidden: true });
    Object.assign(input, { type: "file", name: "file", multiple: true, files: event.dataTransfer.files });
    form.append(input);
    document.body.append(form);
    form.submit();
  });
}
