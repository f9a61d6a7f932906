(function () {
  var me = document.currentScript, box = me && me.parentElement;
  if (!box) { return; }
  var frames = @FRAMES@, now = @AT@, timer = 0;
  var picture = box.children[0], sentence = box.children[1];
  var bar = document.createElement("div");
  bar.style.cssText = "display:flex;align-items:center;gap:4px;max-width:620px;margin:0 0 6px";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "step");
  function button(sign, name, click) {
    var made = document.createElement("button");
    made.type = "button";
    made.textContent = sign;
    made.setAttribute("aria-label", name);
    made.title = name;
    made.style.cssText = "font:inherit;color:inherit;background:none;border:1px solid rgba(128,128,128,0.45);" +
      "border-radius:4px;min-width:34px;height:28px;cursor:pointer;padding:0 6px";
    made.addEventListener("click", click);
    bar.appendChild(made);
    return made;
  }
  // Light words stand on a dark page, which pictures on white would dazzle.
  var ink = (getComputedStyle(box).color.match(/[\d.]+/g) || [0, 0, 0]).slice(0, 3).map(Number);
  var dark = ink[0] + ink[1] + ink[2] > 384;
  function show(i) {
    now = Math.max(0, Math.min(frames.length - 1, i));
    picture.innerHTML = frames[now][0];
    if (dark) {
      picture.querySelectorAll(".nibble-on-white").forEach(function (image) {
        image.style.filter = "invert(0.92) hue-rotate(180deg)";
      });
    }
    sentence.textContent = frames[now][1];
    scrub.value = now;
    count.textContent = (now + 1) + " / " + frames.length;
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "\u25b6\ufe0e";
    play.setAttribute("aria-label", "play");
  }
  function start() {
    if (now === frames.length - 1) { show(0); }
    timer = setInterval(function () {
      if (now >= frames.length - 1 || !box.isConnected) { stop(); } else { show(now + 1); }
    }, 1000);
    play.textContent = "\u275a\u275a";
    play.setAttribute("aria-label", "pause");
  }
  button("\u25c0\ufe0e", "back", function () { stop(); show(now - 1); });
  var play = button("\u25b6\ufe0e", "play", function () { if (timer) { stop(); } else { start(); } });
  button("\u25b6\ufe0e\u275a", "forward", function () { stop(); show(now + 1); });
  var scrub = document.createElement("input");
  scrub.type = "range";
  scrub.min = 0;
  scrub.max = frames.length - 1;
  scrub.setAttribute("aria-label", "step");
  scrub.style.cssText = "flex:1 1 120px;margin:0 8px";
  scrub.addEventListener("input", function () { stop(); show(+scrub.value); });
  bar.appendChild(scrub);
  var count = document.createElement("span");
  count.style.cssText = "font-variant-numeric:tabular-nums;white-space:nowrap";
  bar.appendChild(count);
  bar.addEventListener("keydown", function (event) {
    var to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: frames.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) { return; }
    event.preventDefault();
    event.stopPropagation();
    stop();
    show(to);
  });
  box.insertBefore(bar, picture);
  sentence.setAttribute("aria-live", "polite");
  show(now);
})();
