// What a page shows, as data: read once in the browser, judged in Python.
() => {
  const rgb = (text) => (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const over = (top, below) => {
    const alpha = top.length > 3 ? top[3] : 1;
    return [0, 1, 2].map((at) => top[at] * alpha + below[at] * (1 - alpha));
  };
  const behind = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      const colour = rgb(getComputedStyle(each).backgroundColor);
      layers.push(colour);
      if (colour.length === 3 || colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const light = (colour) => {
    const [red, green, blue] = colour.map((each) => {
      const part = each / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const faint = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const known = new Map();
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const element = walker.currentNode.parentElement;
    if (!text || element.closest("title, desc, style, .said, .skip")) continue;
    if (!known.has(element)) {
      const style = getComputedStyle(element);
      const ink = element.closest("svg") ? style.fill : style.color;
      const ground = behind(element);
      known.set(element, contrast(over(rgb(ink), ground), ground));
    }
    if (known.get(element) < 4.5) faint.set(text.slice(0, 30), Math.round(known.get(element) * 100) / 100);
  }
  const rows = {};
  document.querySelectorAll("[id]").forEach((each) => {
    rows[each.id] = each.querySelectorAll("tbody tr:not(.sum)").length;
  });
  const all = (selector) => [...document.querySelectorAll(selector)];
  const cut = all("body *").filter((each) => {
    const style = getComputedStyle(each);
    const hides = style.overflowX === "hidden" || style.overflowX === "clip";
    return hides && !each.closest(".said, svg") && each.scrollWidth > each.clientWidth + 1;
  });
  return {
    language: document.documentElement.lang,
    landmarks: ["header", "nav", "main", "footer"].filter((each) => document.querySelector(each)),
    headings: all("h1, h2, h3, h4, h5, h6").map((each) => Number(each.tagName[1])),
    links: all("a").map((each) => ({
      href: each.getAttribute("href"),
      target: each.href,
      text: each.textContent.trim(),
      counts: each.classList.contains("count"),
      label: each.getAttribute("aria-label") || each.textContent.trim(),
    })),
    rows,
    repeated: all("[id]").map((each) => each.id).filter((id, at, ids) => ids.indexOf(id) !== at),
    charts: all("svg").map((each) => ({ role: each.getAttribute("role"), label: each.getAttribute("aria-label") })),
    unnamed: all("table").filter((each) => !each.caption || !each.caption.textContent.trim()).length,
    unscoped: all("th").filter((each) => !each.scope).length,
    active: all("script, iframe, link, object, embed, img").length,
    faint: [...faint],
    cut: cut.map((each) => each.textContent.trim().slice(0, 30)),
  };
}
