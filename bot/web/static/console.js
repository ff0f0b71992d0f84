// The console page: asks the bot how things stand, shows it, and sends what is typed. No state but the server's,
// apart from what was already read (kept by this browser) and what the bot could not hear.

import {
  ROLES, attachmentTag, avatar, botAvatar, bubble, calendarWords, dayLine, dayNumber, dayWords, dressAvatar, el, parts,
} from "./message.js";

const $ = (id) => document.getElementById(id);
const SEEN = "yinuo.seen";
const PRIVATE_CHIPS = [
  "【承诺】给协和医院寄样 周三", "日报", "协和医院上次联系是什么时候", "我的承诺", "电话 协和医院 王主任 问交期", "完成 ", "帮助",
];
const ABOVE_CHIPS = ["团队承诺", "逾期", "谁没交日报", "日报汇总", "协和医院上次联系是什么时候", "帮助"];
const GROUP_CHIPS = ["【承诺】给协和医院寄样 周三", "我的承诺", "谁没交日报", "协和医院上次联系是什么时候", "帮助"];

let state = null;
let chosen = fromHash();
let attachments = [];
let readAt = 0;
let busy = false;
let asked = 0;
let shownChips = "";
let pinned = true;
const unheard = new Map();

// --- asking the bot -------------------------------------------------------------------------------------------------

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.error ?? "没有成功，再试一次");
  return told;
}

async function refresh() {
  const turn = ++asked;
  const query = new URLSearchParams();
  if (chosen.person) query.set("person", chosen.person);
  if (chosen.chat) query.set("chat", chosen.chat);
  let told;
  try {
    const answer = await fetch(`/console/state?${query}`);
    if (!answer.ok) throw new Error(answer.status);
    told = await answer.json();
  } catch {
    $("offline").hidden = false;
    return;
  }
  // A slower answer to an older question must not win.
  if (turn !== asked) return;
  $("offline").hidden = true;
  state = told;
  readAt = performance.now();
  chosen = { person: state.person?.id ?? null, chat: state.chat };
  show();
}

function choose(person, chat) {
  if (person === chosen.person && chat === chosen.chat) return;
  const draft = $("text").value.trim();
  chosen = { person, chat };
  if (!draft || draft === mention().trim()) $("text").value = "";
  history.replaceState(null, "", `#${new URLSearchParams({ person, ...(chat ? { chat } : {}) })}`);
  hideToast();
  refresh().then(() => prefill(false));
}

function fromHash() {
  const given = new URLSearchParams(location.hash.slice(1));
  return { person: given.get("person"), chat: given.get("chat") };
}

// --- what was read --------------------------------------------------------------------------------------------------

function seenMarks() {
  try {
    return JSON.parse(localStorage.getItem(SEEN)) ?? {};
  } catch {
    return {};
  }
}

const seenKey = (person, chat) => `${person}|${chat ?? ""}`;

function remember() {
  const marks = seenMarks();
  const here = state.chats.find((chat) => chat.name === state.chat);
  if (here) marks[seenKey(state.person.id, state.chat)] = here.mark;
  // What was there before this browser first looked is not news; a smaller mark than the known one is a new database.
  const first = (key, mark) => {
    if (marks[key] === undefined || marks[key] > mark) marks[key] = mark;
  };
  for (const person of state.people) first(seenKey(person.id, null), person.mark);
  for (const chat of state.chats) first(seenKey(state.person.id, chat.name), chat.mark);
  localStorage.setItem(SEEN, JSON.stringify(marks));
  return marks;
}

// --- showing --------------------------------------------------------------------------------------------------------

function show() {
  if (!state.person) {
    $("me-name").textContent = "还没有人";
    openPicker();
    return;
  }
  const marks = remember();
  const isNew = (person, chat, mark) => mark > (marks[seenKey(person, chat)] ?? 0);
  showMe(isNew);
  showChats(isNew);
  showClock();
  showMessages();
  showChips();
  showHint();
}

function roleWords(person) {
  return [ROLES[person.role] ?? person.role, person.region].filter(Boolean).join(" · ");
}

function showMe(isNew) {
  dressAvatar($("me-avatar"), state.person.name);
  $("me-name").textContent = state.person.name;
  $("me-role").textContent = roleWords(state.person);
  $("others-dot").hidden = !state.people.some((one) => one.id !== state.person.id && isNew(one.id, null, one.mark));
  const list = state.people.map((person) => el("button", {
    type: "button", class: "person", "aria-current": person.id === state.person.id ? "true" : null,
    onclick: () => {
      $("picker").close();
      choose(person.id, null);
    },
  },
  avatar(person.name),
  el("span", { class: "person-words" }, el("b", {}, person.name), el("span", {}, roleWords(person))),
  isNew(person.id, null, person.mark) ? dot("有新消息") : null));
  $("people").replaceChildren(...list);
}

function dot(wording) {
  return el("span", { class: "dot" }, el("span", { class: "hidden-words" }, wording));
}

function showChats(isNew) {
  const focused = document.activeElement?.closest?.("#chats button")?.dataset.chat;
  const list = state.chats.map((chat) => {
    const here = chat.name === state.chat;
    const last = chat.last;
    const preview = last ? `${last.from && chat.name ? `${last.from}：` : ""}${last.text}` : "还没说过话";
    return el("button", {
      type: "button", class: "chat", "data-chat": chat.name ?? "", "aria-current": here ? "true" : null,
      onclick: () => choose(state.person.id, chat.name),
    },
    chat.name ? el("span", { class: "avatar group", "aria-hidden": "true" }, "群") : botAvatar(),
    el("span", { class: "chat-words" },
      el("span", { class: "chat-name" }, chat.name ?? state.bot),
      el("span", { class: "chat-last" }, preview)),
    last ? el("span", { class: "chat-at" }, shortMoment(last.at)) : null,
    !here && isNew(state.person.id, chat.name, chat.mark) ? dot("有新消息") : null);
  });
  $("chats").replaceChildren(...list);
  if (focused !== undefined) $("chats").querySelector(`[data-chat="${CSS.escape(focused)}"]`)?.focus();
  const here = state.chats.find((chat) => chat.name === state.chat);
  $("talk-name").textContent = state.chat ?? state.bot;
  $("talk-members").textContent = state.chat
    ? `${here.members.length} 人：${here.members.join("、")}` : `${state.person.name} 的私聊`;
}

function shortMoment(iso) {
  const far = dayNumber(state.now) - dayNumber(iso);
  const { month, day, time } = parts(iso);
  return far === 0 ? time : far === 1 ? "昨天" : `${month}/${day}`;
}

function showClock() {
  const elapsed = Math.floor((performance.now() - readAt) / 1000);
  const { year, month, day, hour, minute } = parts(state.now);
  const second = Number(state.now.slice(17, 19));
  const here = new Date(Date.UTC(year, month - 1, day, hour, minute, second + elapsed)).toISOString();
  $("clock-day").textContent = calendarWords(here);
  $("clock-time").textContent = here.slice(11, 16);
  const next = state.next;
  $("clock-next").textContent = next
    ? `接下来 ${dayWords(next.at, here)} ${parts(next.at).time} ${next.title}${next.about ? ` ${next.about}` : ""}` : "";
  $("clock-buttons").hidden = !state.can_shift;
}

function allMessages() {
  const local = unheard.get(seenKey(state.person.id, state.chat)) ?? [];
  return [...state.messages, ...local].sort((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
}

function showMessages() {
  const log = $("log");
  const place = seenKey(state.person.id, state.chat);
  const items = [];
  let day = "";
  for (const message of allMessages()) {
    if (parts(message.at).key !== day) {
      day = parts(message.at).key;
      items.push({ key: `day:${day}`, make: () => dayLine(message.at, state.now) });
    }
    items.push({ key: message.key, make: () => bubble(message, { fill, choose: pickOption, bot: state.bot }) });
  }
  const shown = [...log.querySelectorAll(":scope > [data-key]")].map((node) => node.dataset.key);
  const grows = log.dataset.place === place && log.dataset.today === parts(state.now).key
    && shown.length > 0 && shown.every((key, index) => items[index]?.key === key);
  if (grows) {
    log.append(...items.slice(shown.length).map((item) => item.make()));
    if (pinned) toEnd();
    return;
  }
  // Another chat, or another day: read anew, without reading it all aloud.
  log.setAttribute("aria-busy", "true");
  log.dataset.place = place;
  log.dataset.today = parts(state.now).key;
  log.replaceChildren(...(items.length ? items.map((item) => item.make()) : [el("li", { class: "empty" }, emptyWords())]));
  log.removeAttribute("aria-busy");
  toEnd();
}

function emptyWords() {
  return state.chat ? `这个群里还没人 @${state.bot}` : "说一句试试，下面这些点一下就能填好";
}

const nearEnd = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 80;

function toEnd() {
  pinned = true;
  $("scroll").scrollTop = $("scroll").scrollHeight;
}

function showChips() {
  const above = ["supervisor", "manager", "director", "admin"].includes(state.person.role);
  const chips = state.chat ? GROUP_CHIPS : above ? ABOVE_CHIPS : PRIVATE_CHIPS;
  if (shownChips === chips.join()) return;
  shownChips = chips.join();
  $("chips").replaceChildren(...chips.map((chip) => el("button", {
    type: "button", class: "chip", onclick: () => fill(chip),
  }, chip.endsWith(" ") ? `${chip}…` : chip)));
  $("chips").scrollLeft = 0;
}

// --- typing ---------------------------------------------------------------------------------------------------------

const mention = () => (state?.chat ? `@${state.bot} ` : "");
const mentions = (text) => text.replaceAll("＠", "@").replaceAll("@ ", "@").includes(`@${state.bot}`);

function fill(text) {
  const input = $("text");
  input.value = mention() + text;
  grow();
  showHint();
  input.focus();
  input.setSelectionRange(input.value.length, input.value.length);
}

function prefill(focus) {
  const input = $("text");
  if (!input.value.trim()) input.value = mention();
  grow();
  showHint();
  if (focus) input.focus();
}

function pickOption(words, event) {
  const isLast = event.currentTarget.closest("li") === $("log").lastElementChild;
  if (isLast) say(mention() + words, []);
  else fill(words);
}

function grow() {
  const input = $("text");
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 132)}px`;
}

function showHint() {
  const text = $("text").value;
  const inGroup = Boolean(state?.chat);
  $("text").placeholder = inGroup ? `群里只听得见 @${state.bot} 的话` : `和${state?.bot ?? "一诺"}说一句`;
  $("at").hidden = !inGroup || mentions(text);
  $("at").textContent = `@${state?.bot ?? ""}`;
  const lost = inGroup && text.trim() && !mentions(text);
  $("hint").textContent = lost ? `没有 @${state.bot}，它听不见这句` : inGroup ? `在群里，${state.bot}只听 @ 它的话` : "";
  $("hint").classList.toggle("warn", Boolean(lost));
  const bare = text.replace(`@${state?.bot}`, "").trim();
  $("send").disabled = busy || (!bare && !attachments.length);
}

async function say(text, files) {
  if (busy || !state?.person) return false;
  busy = true;
  showHint();
  hideToast();
  const place = seenKey(state.person.id, state.chat);
  const id = `page-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
  const at = state.now;
  try {
    const told = await post("/console/send", {
      id, person: state.person.id, chat: state.chat, text, attachments: files,
    });
    if (!told.heard) {
      const lost = { key: `lost:${id}`, at, from: state.person.name, mine: true, text, attachments: files, unheard: true };
      unheard.set(place, [...(unheard.get(place) ?? []), lost]);
    }
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  } finally {
    busy = false;
    await refresh();
    showHint();
    toEnd();
  }
}

async function submit(event) {
  event?.preventDefault();
  const text = $("text").value.trim();
  if ($("send").disabled || !text && !attachments.length) return;
  if (!state?.person) return openPicker();
  if (await say(text, attachments)) {
    attachments = [];
    showAttachments();
    $("text").value = "";
    prefill(true);
  }
}

function showAttachments() {
  $("attached").hidden = attachments.length === 0;
  $("attached").replaceChildren(...attachments.map((item, index) => el("li", {}, attachmentTag(item), el("button", {
    type: "button", "aria-label": `去掉 ${item.name}`,
    onclick: () => {
      attachments = attachments.filter((_, other) => other !== index);
      showAttachments();
      showHint();
    },
  }, "×"))));
}

// --- the clock ------------------------------------------------------------------------------------------------------

async function shift(button) {
  const body = button.dataset.minutes ? { minutes: Number(button.dataset.minutes) } : { to: button.dataset.to };
  const buttons = [...$("clock-buttons").children];
  buttons.forEach((one) => { one.disabled = true; });
  button.setAttribute("aria-busy", "true");
  try {
    const told = await post("/console/clock", body);
    await refresh();
    // What was said here is on the page already.
    const elsewhere = told.said.filter(({ person, chat }) => !(chat ? chat === state.chat : !state.chat && person === state.person.id));
    if (elsewhere.length) toast(elsewhere.length < told.said.length ? "也说给了" : "说给了", elsewhere);
    else if (!told.said.length) toast("这段时间没有要说的");
  } catch (error) {
    toast(error.message);
  } finally {
    buttons.forEach((one) => { one.disabled = false; });
    button.removeAttribute("aria-busy");
    button.focus({ preventScroll: true });
  }
}

let toastEnds = 0;

function toast(wording, targets = []) {
  const links = targets.slice(0, 8).map(({ person, chat }) => el("button", {
    type: "button", onclick: () => {
      const inside = state.chats.some((one) => one.name === chat);
      choose(chat && inside ? state.person.id : person, chat);
    },
  }, chat ?? (state.people.find((one) => one.id === person)?.name ?? person)));
  $("toast").replaceChildren(el("span", {}, wording), ...links);
  $("toast").hidden = false;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(hideToast, 12000);
}

function hideToast() {
  $("toast").hidden = true;
}

// --- people ---------------------------------------------------------------------------------------------------------

function openPicker() {
  if (!$("picker").open) $("picker").showModal();
  $("people").querySelector("[aria-current]")?.focus();
}

// --- wiring ---------------------------------------------------------------------------------------------------------

$("me").addEventListener("click", openPicker);
$("picker-close").addEventListener("click", () => $("picker").close());
$("picker").addEventListener("click", (event) => {
  if (event.target === $("picker")) $("picker").close();
});
$("newcomer").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = $("newcomer-name").value.trim();
  if (!name) return;
  $("newcomer-name").value = "";
  $("picker").close();
  choose(name, null);
});
$("composer").addEventListener("submit", submit);
$("at").addEventListener("click", () => fill($("text").value.trim()));
$("text").addEventListener("input", () => {
  grow();
  showHint();
});
$("text").addEventListener("keydown", (event) => {
  // Enter also ends the choice of characters in an input method; that one is not ours.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) submit(event);
});
$("file").addEventListener("change", (event) => {
  const picked = [...event.target.files].map((file) => ({
    kind: file.type.startsWith("image/") ? "image" : "file", name: file.name.slice(0, 120),
  }));
  attachments = [...attachments, ...picked].slice(0, 9);
  event.target.value = "";
  showAttachments();
  showHint();
  $("text").focus();
});
$("clock-buttons").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) shift(button);
});
window.addEventListener("hashchange", () => {
  chosen = fromHash();
  refresh().then(() => prefill(false));
});
$("scroll").addEventListener("scroll", () => { pinned = nearEnd(); }, { passive: true });
// Whoever reads the end goes on reading it when the input grows or a keyboard comes up.
new ResizeObserver(() => {
  if (pinned) toEnd();
}).observe($("scroll"));
setInterval(() => {
  if (state) showClock();
}, 5000);

// The token, if it came by the address, is in a cookie now and need not stay there to be read.
if (location.search) history.replaceState(null, "", location.pathname + location.hash);

refresh().then(() => {
  prefill(!matchMedia("(pointer: coarse)").matches);
  const events = new EventSource("/console/events");
  events.addEventListener("changed", refresh);
  events.addEventListener("open", refresh);
  events.addEventListener("error", () => { $("offline").hidden = false; });
});
