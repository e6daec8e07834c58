/** The look of the page: light and dark by the reader's own setting, narrow screens, no motion. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#4a5560;--paper:#fdfdfb;--card:#f2f3f0;--line:#c9cdc8;--good:#1f6f43;--bad:#a8201a;--focus:#0b57d0}
@media(prefers-color-scheme:dark){:root{--ink:#e9ecef;--soft:#b4bcc4;--paper:#14171a;--card:#1e2226;--line:#3b424a;--good:#7fd6a4;--bad:#ff9c94;--focus:#8ab4f8}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header,main{max-width:72rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1rem;margin:0 0 .5rem}
header p{margin:.25rem 0 0;color:var(--soft)}
.cards{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr))}
section{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem;min-width:0}
section+section,.cards+section{margin-top:1rem}.cards section{margin:0}
dl{margin:0;display:grid;gap:.5rem}dt{color:var(--soft);font-size:.875rem}dd{margin:0;overflow-wrap:anywhere}
code{font:.875em ui-monospace,monospace;overflow-wrap:anywhere}
p{margin:0}
figure{margin:0 0 1rem}figcaption{color:var(--soft);font-size:.875rem}
svg{display:block;width:100%;height:auto}svg text{font-size:10px;fill:var(--soft)}
.axis{stroke:var(--line)}rect.good{fill:var(--good)}rect.bad{fill:var(--bad)}
span.good{color:var(--good)}span.bad{color:var(--bad);font-weight:600}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{text-align:left;padding:.375rem .5rem;border-bottom:1px solid var(--line);white-space:nowrap}
td:nth-child(2){white-space:normal;overflow-wrap:anywhere;min-width:8rem}
label{display:block;margin-bottom:.25rem}
input,button{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);border-radius:.25rem;padding:.5rem .75rem;max-width:100%}
button{cursor:pointer}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
#told{color:var(--bad);min-height:1.5em}
[hidden]{display:none}
`;
