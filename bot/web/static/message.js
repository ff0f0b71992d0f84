// One message as a list item, and the small words around it. Text is always set as text, never as markup.

export const ROLES = {
  rep: "销售", supervisor: "主管", manager: "经理", director: "总监",
  finance: "财务", legal: "法务", support: "支持", admin: "管理员", "": "新同事",
};
const KINDS = {
  reminder: "提醒", overdue: "到期", escalation: "上报", alert: "提示", digest: "清单", report: "日报", notice: "知会",
};
const WEEKDAYS = "日一二三四五六";
// A command, as the bot quotes it: 「完成 12」. Other quotes are only quotes.
const COMMAND = /^(?:【|完成|延期|取消|转交|改|日报|确认|帮助|撤销|静音|绑定|我的承诺|客户|全程|上次联系|电话|微信|是$|\d)/;
const TOKENS = /(#\d+)|「([^」]{1,60})」/g;

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") node.addEventListener("click", value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

const ICONS = {
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
  file: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
};

export function dressAvatar(node, name) {
  const hue = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  node.className = `avatar hue${hue}`;
  node.textContent = [...name].slice(-2).join("");
}

export function avatar(name) {
  const node = el("span", { "aria-hidden": "true" });
  dressAvatar(node, name);
  return node;
}

export function botAvatar() {
  return el("span", { class: "avatar bot", "aria-hidden": "true" },
    el("img", { src: "/console/static/icon.svg", width: 20, height: 20, alt: "" }));
}

// The server writes moments in the team's zone: they are read as they stand, whatever zone the browser is in.
export function parts(iso) {
  const [year, month, day, hour, minute] = iso.match(/\d+/g).map(Number);
  return { year, month, day, hour, minute, key: iso.slice(0, 10), time: iso.slice(11, 16) };
}

export function dayNumber(iso) {
  const { year, month, day } = parts(iso);
  return Math.floor(Date.UTC(year, month - 1, day) / 86400000);
}

export function dayWords(iso, now) {
  const { month, day } = parts(iso);
  const far = dayNumber(iso) - dayNumber(now);
  const near = { "-1": "昨天", 0: "今天", 1: "明天" }[far];
  const weekday = `周${WEEKDAYS[(dayNumber(iso) + 4) % 7]}`;
  return near ? `${near} ${weekday}` : `${month}月${day}日 ${weekday}`;
}

export function calendarWords(iso) {
  const { month, day } = parts(iso);
  return `${month}月${day}日 周${WEEKDAYS[(dayNumber(iso) + 4) % 7]}`;
}

// `#12` and 「完成 12」 can be tapped into the input.
function inline(text, act) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(TOKENS)) {
    const command = found[2];
    if (command !== undefined && !COMMAND.test(command)) continue;
    nodes.push(text.slice(from, found.index));
    if (command !== undefined) {
      nodes.push(el("button", { type: "button", class: "command", onclick: () => act.fill(command.replace(/(?:…|编号)$/, "")) }, command));
    } else {
      const number = found[1].slice(1);
      nodes.push(el("button", {
        type: "button", class: "ref", title: `完成 ${number}`, onclick: () => act.fill(`完成 ${number}`),
      }, found[1]));
    }
    from = found.index + found[0].length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

function words(message, act) {
  const lines = message.text.split("\n");
  const body = el("div", { class: "words" });
  lines.forEach((line, index) => {
    const option = message.kind === "question" && line.match(/^(\d) (.+)$/);
    if (option) {
      body.append(el("button", { type: "button", class: "option", onclick: (event) => act.choose(option[1], event) },
        el("b", {}, option[1]), el("span", {}, option[2])));
      return;
    }
    // What is indented below an option says more of it.
    if (line.startsWith("　") && body.lastElementChild?.className === "option") {
      body.lastElementChild.lastElementChild.append(el("small", {}, line.trim()));
      return;
    }
    const tone = message.tones?.[index] ?? "plain";
    const classes = `${index === 0 && lines.length > 1 ? "line first" : "line"}${tone === "plain" ? "" : ` ${tone}`}`;
    body.append(el("p", { class: classes }, ...(line ? inline(line, act) : ["\u00a0"])));
  });
  if (message.mentions?.length) {
    body.append(el("p", { class: "mentions" }, message.mentions.map((name) => `@${name}`).join(" ")));
  }
  return body;
}

// The options of a question are buttons where they stand in its text.
function actions(message, act) {
  if (message.kind === "question" || !message.actions?.length) return null;
  return el("div", { class: "actions" }, ...message.actions.map(({ label, says }) => el("button", {
    type: "button", class: "action", title: says, onclick: (event) => act.choose(says, event),
  }, label)));
}

function fileCard(file) {
  return el("a", { class: "file", href: file.url, target: "_blank", rel: "noopener" },
    icon(ICONS.file),
    el("span", { class: "file-words" },
      el("span", { class: "file-name" }, file.name), el("span", { class: "file-kind" }, "PDF · 点开看")));
}

export function attachmentTag(item) {
  return el("span", { class: "attachment" }, icon(ICONS[item.kind] ?? ICONS.file), item.name || "附件");
}

function meta(message, name) {
  const node = el("p", { class: "meta" }, `${name} `, el("time", { datetime: message.at }, parts(message.at).time));
  const kind = KINDS[message.kind];
  if (kind && message.kind !== "report") {
    const title = message.title ?? kind;
    const label = message.kind === "digest" || title === kind ? title : `${title} · ${kind}`;
    node.append(" ", el("span", { class: `tag ${message.kind}` }, label));
  }
  return node;
}

// `act` has fill(text), choose(words, event) and the bot's name.
export function bubble(message, act) {
  if (message.from === null) {
    return el("li", { class: `message bot ${message.kind}`, "data-key": message.key },
      botAvatar(),
      el("div", { class: "column" },
        meta(message, act.bot),
        el("div", { class: "bubble" }, words(message, act)),
        actions(message, act),
        ...message.files.map(fileCard)));
  }
  const text = message.to_bot ? `@${act.bot} ${message.text}` : message.text;
  const column = el("div", { class: "column" }, meta(message, message.mine ? "" : message.from));
  if (text.trim()) column.append(el("div", { class: "bubble" }, el("div", { class: "words" }, el("p", { class: "line" }, text))));
  if (message.attachments.length) {
    column.append(el("div", { class: "attachments" }, ...message.attachments.map(attachmentTag)));
  }
  if (message.unheard) column.append(el("p", { class: "unheard" }, `没有 @${act.bot}，这句它没听见`));
  return el("li", {
    class: `message ${message.mine ? "mine" : "other"}${message.unheard ? " muted" : ""}`, "data-key": message.key,
  }, message.mine ? null : avatar(message.from), column);
}

export function dayLine(iso, now) {
  return el("li", { class: "day", "data-key": `day:${parts(iso).key}` }, el("span", {}, dayWords(iso, now)));
}
