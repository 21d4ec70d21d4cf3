"use strict";
// The operator's console. Keys, pads and gamepad become commands at 20 Hz; frames come back and are drawn.
// Frame: count (4 bytes), length of the JSON (4 bytes), JSON, scene JPEG, wrist JPEG; little endian.
(() => {
  const $ = (id) => document.getElementById(id);
  const body = document.body;
  const AXES = {
    KeyW: ["linear", 0, 1], KeyS: ["linear", 0, -1], KeyA: ["linear", 1, 1], KeyD: ["linear", 1, -1], KeyE: ["linear", 2, 1], KeyQ: ["linear", 2, -1],
    KeyU: ["angular", 0, 1], KeyO: ["angular", 0, -1], KeyI: ["angular", 1, 1], KeyK: ["angular", 1, -1], KeyJ: ["angular", 2, 1], KeyL: ["angular", 2, -1],
  };
  const MOVE_MS = 50, DEAD_ZONE = 0.12;
  const homebody = { state: null, connected: false, frames: 0 };
  window.homebody = homebody;

  // --- connection ---------------------------------------------------------------------------------------------------
  let socket = null, retry_ms = 400;
  const token = new URLSearchParams(location.search).get("token") || "";

  function send(message) {
    if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  function connect() {
    link("connecting", "connecting");
    socket = new WebSocket(`ws://${location.host}/socket?token=${encodeURIComponent(token)}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { retry_ms = 400; homebody.connected = true; link("connected", "connected"); $("lost").hidden = true; };
    socket.onmessage = (event) => receive(event.data);
    socket.onclose = (event) => {
      homebody.connected = false;
      release();
      link("lost", "not connected");
      const elsewhere = event.code === 4001;
      $("lost-text").textContent = elsewhere ? "This console was opened in another window." : "Connection lost. The robot holds still. Reconnecting…";
      $("reconnect").hidden = !elsewhere;
      $("lost").hidden = false;
      if (!elsewhere) { setTimeout(connect, retry_ms); retry_ms = Math.min(retry_ms * 1.6, 3000); }
    };
  }

  function link(state, text) { body.dataset.link = state; $("link").textContent = text; }

  async function receive(buffer) {
    const view = new DataView(buffer);
    const count = view.getUint32(0, true), length = view.getUint32(4, true);
    const state = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
    let at = 8 + length;
    const pictures = {};
    for (const [camera, size] of Object.entries(state.pictures)) {
      pictures[camera] = new Blob([new Uint8Array(buffer, at, size)], { type: "image/jpeg" });
      at += size;
    }
    try {
      const drawn = await Promise.all(Object.entries(pictures).map(async ([camera, blob]) => [camera, await createImageBitmap(blob)]));
      if (!homebody.state || state.number >= homebody.state.number) {
        for (const [camera, bitmap] of drawn) draw($(camera), bitmap);
        homebody.state = state;
        homebody.frames += 1;
        show(state);
      }
    } finally {
      send({ type: "ack", number: count });
    }
  }

  // --- what is shown ------------------------------------------------------------------------------------------------
  function draw(canvas, bitmap) {
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) { canvas.width = bitmap.width; canvas.height = bitmap.height; }
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    bitmap.close();
  }

  function text(id, value) { const node = $(id); if (node.textContent !== value) node.textContent = value; }

  const MODES = { manual: "You drive", policy: "The robot drives", hold: "Holding still" };
  function mode_text(s) {
    if (s.phase === "over") return s.outcome === "solved" ? "Solved" : s.outcome === "diverged" ? "Simulation diverged" : "Time is up";
    if (s.phase === "ready") return "Ready: move, or tell the robot";
    return MODES[s.mode];
  }

  function show(s) {
    body.dataset.phase = s.phase; body.dataset.mode = s.mode; body.dataset.outcome = s.outcome;
    text("index", String(s.index)); text("kept", String(s.kept)); text("hz", s.hz.toFixed(0)); text("latency", String(s.latency_ms));
    text("instruction", s.instruction); text("mode", mode_text(s));
    text("time", s.time_s.toFixed(1)); text("limit", s.limit_s.toFixed(0));
    $("elapsed").style.transform = `scaleX(${Math.min(1, s.time_s / s.limit_s)})`;
    show_predicates(s); show_tool(s); show_message(s); show_valid(s); show_marks(s);
    ["left", "right"].forEach((finger, f) => show_finger(finger, s.touch.depth_um[f], s.touch.slip_mmps[f]));
    $("keep").disabled = s.frames === 0 || s.outcome === "diverged";
    const hand = $("hand"), acting = s.mode === "policy" && s.phase === "running";
    label(hand, acting ? "Stop robot" : s.returns_to_policy ? "Let it go on" : "Hand over", acting ? "Esc" : "P");
    hand.disabled = s.phase === "over" || !s.policy;
    text("grip-label", s.gripper > 0.5 ? "close gripper" : "open gripper");
  }

  function label(button, words, key) {
    if (button.dataset.words === words) return;
    button.dataset.words = words;
    const cap = document.createElement("kbd");
    cap.textContent = key;
    button.replaceChildren(words + " ", cap);
  }

  function friendly(predicate) {
    const [, verb, inside] = predicate.match(/^(\w+)\((.*)\)$/) || [null, predicate, ""];
    const [what, where] = inside.split(", ").map((w) => w.replaceAll("_", " "));
    return where ? `${what} ${verb} ${where}` : `${what} ${verb}`;
  }

  const SVG = "http://www.w3.org/2000/svg";
  function make(name, attributes, ...children) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  function show_predicates(s) {
    const list = $("predicates"), names = Object.keys(s.predicates);
    if (list.dataset.names !== names.join()) {
      list.dataset.names = names.join();
      list.replaceChildren(...names.map((name) => {
        const item = document.createElement("li");
        item.dataset.name = name;
        item.append(make("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, make("circle", { cx: 10, cy: 10, r: 8 }), make("path", { class: "tick", d: "m6 10.4 2.7 2.6L14 7.4" })), friendly(name));
        return item;
      }));
    }
    for (const item of list.children) {
      const holds = String(s.predicates[item.dataset.name]);
      if (item.dataset.holds !== holds) { item.dataset.holds = holds; item.setAttribute("aria-label", `${item.textContent}: ${holds === "true" ? "yes" : "not yet"}`); }
    }
  }

  function show_tool(s) {
    const cm = (v) => `${(100 * v).toFixed(1)} cm`, degrees = (v) => `${Math.round(v * 180 / Math.PI) || 0}°`;
    const [x, y, z] = s.tool.position, r = s.tool.rotation, pointing = [r[0][2], r[1][2], r[2][2]];
    text("x", cm(x)); text("y", cm(y)); text("z", cm(z));
    text("tip", degrees(Math.atan2(pointing[0], -pointing[2])));
    text("tilt", degrees(Math.asin(Math.max(-1, Math.min(1, pointing[1])))));
    text("turn", degrees(Math.atan2(r[0][1], -r[1][1])));
    text("width", `${(1000 * s.width_m).toFixed(0)} mm`);
    text("gripper", s.gripper > 0.5 ? "gripper open" : "gripper closed");
    $("jaw").style.transform = `scaleX(${Math.min(1, s.width_m / 0.08)})`;
  }

  const HEAT = [[27, 37, 42], [38, 58, 92], [58, 104, 160], [92, 200, 176], [240, 214, 120], [255, 250, 230]];
  function heat(v) {
    const t = Math.max(0, Math.min(1, v)) * (HEAT.length - 1), i = Math.min(HEAT.length - 2, Math.floor(t)), f = t - i;
    return `rgb(${HEAT[i].map((c, k) => Math.round(c + f * (HEAT[i + 1][k] - c))).join(" ")})`;
  }

  function show_finger(finger, depth_um, slip) {
    const canvas = $(finger), pen = canvas.getContext("2d"), cell = canvas.width / 8;
    const deepest = Math.max(...depth_um);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    depth_um.forEach((depth, n) => {
      pen.fillStyle = heat(Math.sqrt(depth / 700));
      pen.beginPath();
      pen.roundRect((n % 8) * cell + 1, (7 - Math.floor(n / 8)) * cell + 1, cell - 2, cell - 2, 3);
      pen.fill();
    });
    const speed = Math.hypot(...slip);
    if (speed > 3) {
      const middle = canvas.width / 2, reach = Math.min(60, 12 + speed) / speed;
      pen.strokeStyle = "#ff8f7e"; pen.lineWidth = 3; pen.lineCap = "round";
      pen.beginPath(); pen.moveTo(middle, middle); pen.lineTo(middle + slip[0] * reach, middle - slip[1] * reach); pen.stroke();
    }
    text(`${finger}-depth`, (deepest / 1000).toFixed(2));
  }

  let shown_message = -1;
  function show_message(s) {
    const m = s.message;
    if (m.number === shown_message) return;
    shown_message = m.number;
    $("message").dataset.level = m.level;
    text("message", m.text);
    $("choices").replaceChildren(...m.choices.map((choice) => {
      const button = document.createElement("button");
      button.type = "button"; button.textContent = choice;
      button.onclick = () => { $("text").value = choice; $("text").focus(); };
      return button;
    }));
  }

  function show_valid(s) {
    const list = $("valid"), all = s.valid.join("|");
    if (list.dataset.all === all) return;
    list.dataset.all = all;
    if (s.valid.length) $("text").placeholder = "Tell the robot, e.g. " + s.valid[0];
    list.replaceChildren(...s.valid.map((value) => { const option = document.createElement("option"); option.value = value; return option; }));
  }

  const GUIDES = [["+x", "W"], ["-x", "S"], ["+y", "A"], ["-y", "D"], ["+z", "E"], ["-z", "Q"]];
  function show_marks(s) {
    const at = (name) => [1280 * s.marks[name][0], 720 * s.marks[name][1]];
    const inside = ([x, y]) => x > 0 && x < 1280 && y > 0 && y < 720;
    const [tx, ty] = at("tool"), nodes = [];
    const goal = at("target"), place = at("place");
    if (inside(goal)) nodes.push(make("circle", { cx: goal[0], cy: goal[1], r: 26 }));
    if (inside(place) && Math.hypot(place[0] - goal[0], place[1] - goal[1]) > 1) nodes.push(make("circle", { cx: place[0], cy: place[1], r: 38, class: "place" }));
    if (inside([tx, ty])) {
      for (const [axis, key] of GUIDES) {
        const [x, y] = at(axis);
        nodes.push(make("line", { x1: tx, y1: ty, x2: x, y2: y, class: axis.endsWith("z") ? "up" : "" }));
        nodes.push(make("text", { x: x + 0.25 * (x - tx), y: y + 0.25 * (y - ty) }, key));
      }
    }
    $("overlay").replaceChildren(...nodes);
  }

  // --- driving ------------------------------------------------------------------------------------------------------
  const pressed = new Set();
  let moving = false, pad_buttons = [];

  function release() { pressed.clear(); light(); moving = false; }

  function light() {
    for (const button of document.querySelectorAll("[data-key]")) button.classList.toggle("down", pressed.has(button.dataset.key));
  }

  function press(code) { if (code === "Space") toggle_gripper(); pressed.add(code); light(); drive(); }
  function lift(code) { pressed.delete(code); light(); drive(); }

  function toggle_gripper() {
    if (homebody.state) send({ type: "grip", open: homebody.state.gripper <= 0.5 });
  }

  function gamepad(move) {
    const pad = [...(navigator.getGamepads ? navigator.getGamepads() : [])].find((p) => p && p.connected);
    if (!pad) { pad_buttons = []; return; }
    const stick = (n) => { const v = pad.axes[n] || 0; return Math.abs(v) < DEAD_ZONE ? 0 : (v - Math.sign(v) * DEAD_ZONE) / (1 - DEAD_ZONE); };
    const level = (n) => (pad.buttons[n] ? pad.buttons[n].value : 0), down = (n) => Boolean(pad.buttons[n] && pad.buttons[n].pressed);
    move.linear[0] -= stick(1); move.linear[1] -= stick(0); move.linear[2] += level(7) - level(6);
    move.angular[0] += Number(down(4)) - Number(down(5)); move.angular[1] -= stick(3); move.angular[2] -= stick(2);
    move.slow = move.slow || down(10);
    const acts = { 0: toggle_gripper, 1: () => act("stop"), 2: () => act("redo"), 3: () => act("keep"), 8: () => act("discard"), 9: () => act("resume") };
    for (const [n, run] of Object.entries(acts)) if (down(n) && !pad_buttons[n]) run();
    pad_buttons = pad.buttons.map((b) => b.pressed);
  }

  function drive() {
    const move = { type: "move", linear: [0, 0, 0], angular: [0, 0, 0], slow: pressed.has("ShiftLeft") || pressed.has("ShiftRight") };
    for (const code of pressed) if (AXES[code]) { const [kind, axis, sign] = AXES[code]; move[kind][axis] += sign; }
    gamepad(move);
    const active = [...move.linear, ...move.angular].some((v) => v !== 0);
    if (active || moving) send(move);
    moving = active;
  }

  function act(type) { send({ type }); }
  function hold() { release(); send({ type: "hold" }); }

  function ask(run) {
    const words = $("text").value.trim();
    if (!words) { $("text").focus(); return; }
    send({ type: "prompt", text: words, run });
    $("text").value = "";
    $("text").blur();
  }

  function hand_over() {
    const s = homebody.state;
    act(s && s.mode === "policy" && s.phase === "running" ? "stop" : "resume");
  }

  // --- events -------------------------------------------------------------------------------------------------------
  const SHORTCUTS = {
    Enter: () => act("keep"), NumpadEnter: () => act("keep"), KeyR: () => act("redo"), Backspace: () => act("discard"), Delete: () => act("discard"), KeyP: () => act("resume"), Escape: () => act("stop"),
    KeyT: () => $("text").focus(), KeyH: () => $("help").showModal(), KeyG: () => $("overlay").classList.toggle("plain"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.target.id === "text") {
      if (event.code === "Escape") event.target.blur();
      if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); ask(false); }
      return;
    }
    const native = event.target.tagName === "BUTTON" && (event.key === "Enter" || event.key === " ");
    if ($("help").open || native || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code in AXES || event.code === "Space" || event.code.startsWith("Shift")) {
      event.preventDefault();
      if (!event.repeat) press(event.code);
    } else if (SHORTCUTS[event.code] && !event.repeat) {
      event.preventDefault();
      SHORTCUTS[event.code]();
    }
  });
  document.addEventListener("keyup", (event) => { if (pressed.has(event.code)) lift(event.code); });
  window.addEventListener("blur", hold);
  document.addEventListener("visibilitychange", () => { if (document.hidden) hold(); });

  for (const button of document.querySelectorAll("[data-key]")) {
    button.tabIndex = -1;
    button.type = "button";
    button.addEventListener("pointerdown", (event) => { event.preventDefault(); button.setPointerCapture(event.pointerId); press(button.dataset.key); });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(end, () => { if (pressed.has(button.dataset.key)) lift(button.dataset.key); });
    button.addEventListener("contextmenu", (event) => event.preventDefault());
  }
  // A clicked button gives the keyboard back to driving; one reached by Tab keeps it.
  const clicks = { keep: () => act("keep"), redo: () => act("redo"), discard: () => act("discard"), hand: hand_over, set: () => ask(false), "help-open": () => $("help").showModal() };
  for (const [id, run] of Object.entries(clicks)) $(id).addEventListener("click", (event) => { run(); if (event.detail) $(id).blur(); });
  $("prompt").addEventListener("submit", (event) => { event.preventDefault(); ask(true); });
  $("reconnect").addEventListener("click", connect);
  setInterval(drive, MOVE_MS);
  connect();
})();
